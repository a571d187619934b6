#!/bin/sh
# Install Debian's Chromium for the tests of the chat page, or say how; they are skipped without it.
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null && exit 0
done
if [ "$(id -u)" = 0 ] && [ -f /etc/debian_version ]; then
  apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium && exit 0
fi
echo "Chromium is missing, so the tests of the chat page are skipped: apt-get install chromium (as root)." >&2
