"""How years are counted in calendars that newspapers use beside the Gregorian one."""

# The years before the first year of a Japanese era, and of the calendar of the Republic of China.
ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}
BUDDHIST_ERA = 543  # the years by which the Buddhist calendar of Thailand is ahead
