"""Greetings, thanks, tests, and questions about Kutip itself, by language. Any of them may follow another."""

from rag.text.function_words import word_set

# Words that may stand beside a phrase and mean nothing alone. They are folded.
ADDRESSES = word_set(
    """
    banyak byk bnyk kutip bot kak kakak bang boss bos jiwa min admin gan sis bro mas mbak pak bu semua
    guys all everyone there pessoal nhé friend team dong ya yah deh sih nih banget sekali so much very a
    lot atas for your the bantuannya jawabannya informasinya infonya kamu anda sekalian tuan puan semuanya
    nggih pisan po here sangat again to you todos todas amigo muy tout le monde beaucoup pour votre ton
    aide sehr für die hilfe muito bạn nhiều anh chị em ạ ครับ ค่ะ คะ นะ большое всем जी सर मैम お願いします
    please pls plz kindly lur dulur cak mang bund om tante dok prof
    大家 你们 您 啊 呀 啦 呢 哦 吗 了 的 请问 请 吧 么 ね よ さん 皆さん ー っ จ้า จ้ะ จ๊ะ ๆ เลย 여러분 يا
    جزيلا لك لكم كثيرا tutti mille arkadaşlar çok allemaal help
    """
)

_TEXTS = {
    "id": """
        halo | hallo | hai | hei | hey kutip | selamat pagi | selamat siang | selamat sore | selamat malam
        | pagi | siang | sore | malam | assalamualaikum | assalamu'alaikum | permisi | apa kabar | apa
        kabarmu | gimana kabarnya | bagaimana kabarmu | salam | salam kenal | terima kasih | terimakasih |
        makasih | makasi | trims | tengkyu | thanks ya | mantap | bagus | keren | oke | baik | baiklah |
        sip | siap | ya | iya | tidak | nggak | sampai jumpa | dadah | sama-sama | tes | tes tes | test |
        testing | uji coba | cek | cek cek | ngetes | wah menarik | menarik | wah | oh begitu | begitu ya
        | oh gitu | sip makasih | siapa kamu | siapa anda | kamu siapa | anda siapa | siapa kah kamu |
        siapakah kamu | siapa namamu | nama kamu siapa | apa kamu robot | apakah kamu robot | kamu robot |
        kamu ini apa | kamu itu apa | kamu bisa apa | kamu bisa apa saja | apa yang bisa kamu lakukan |
        apa saja yang bisa kamu lakukan | apa yang dapat anda lakukan | apa yang bisa anda lakukan | bisa
        apa saja | apa yang bisa saya tanyakan | saya bisa tanya apa | boleh tanya apa saja | bisa bantu
        saya | tolong bantu saya | tolong | bagaimana cara menggunakan ini | bagaimana cara kerjamu | cara
        pakainya gimana | boleh tanya | saya mau tanya | mau tanya | aku mau nanya | mau nanya | siapa
        yang membuatmu | siapa penciptamu | p | y | hm | gak | ga | gk | ok siap | coba | coba coba | pong
        | wr wb | warahmatullahi wabarakatuh | waalaikumsalam | wa'alaikumsalam | wa'alaikum salam |
        assalamu'alaikum warahmatullahi wabarakatuh | met pagi | met siang | met sore | met malam | slmt
        pagi | slmt siang | slmt sore | slmt malam | mksh | tengkiu | nuhun | halo dunia | sampai jumpa
        lagi | selamat tinggal | selamat datang | selamat tahun baru | selamat ulang tahun | maaf | maaf
        ya | mohon maaf | bisa bantu apa | bisa bantu apa saja | bisa bantu apa aja | apa yang bisa
        dibantu | ini bot | ini bot apa | ini robot | cara pakainya | cara pakai | cara pakai ini | gimana
        cara pakai | bagaimana cara pakai | gimana cara pakainya | bagaimana cara pakainya | boleh nanya |
        boleh nanya ga | boleh tanya ga | ada orang | apakah ada orang | aku sayang kamu | aku cinta kamu
        | kamu pintar | kamu baik | pintar | pinter | gabut | jos | jos gandos | mantul | lagi ngapain |
        udah makan | udah makan belum | bisa bahasa indonesia | bisa bahasa inggris | bisa bahasa jawa |
        bisa bahasa indonesia ga | bisa bahasa inggris ga | bicara bahasa indonesia | pakai bahasa
        indonesia | cerita dong | ceritain lelucon | ceritakan lelucon | lorem ipsum | lorem ipsum dolor
        sit amet | blabla | bla bla | malem | selamat mlm | ass wr wb | km siapa | siapa km | km bisa apa
        | tes dulu | cek ombak | cek sound | gg | tengs | bisa ngapain | bisa ngapain aja | fitur apa aja
        | apa fungsi kamu | gimana pakenya | cara pakenya | cara pakenya gimana | sampai besok | sampai nanti
        | ok | oke deh | okelah | yaudah | ya udah | ya sudah | gpp | gapapa | nggak apa apa | tidak apa apa
        | bye | bye bye | dah | sampai ketemu lagi | i love you | good job | oi | hoi | woi | woy | eh | ini
        ai | ini ai ya | ini chatgpt | bantu aku | tolongin | bantuin | lagi apa | selamat idul fitri |
        selamat hari raya | selamat lebaran | selamat natal | selamat berpuasa | selamat puasa | selamat
        berbuka | minal aidin wal faizin | minal aidzin wal faidzin | mohon maaf lahir batin | mohon maaf
        lahir dan batin | waalaikumsalam warahmatullah | waalaikumussalam | alhamdulillah | subhanallah |
        astaghfirullah | innalillahi | mantap jiwa | jawabannya salah | jawabanmu salah | kamu
        salah | salah | gak jelas | ga jelas | nggak ngerti | gak ngerti | ga paham | gak paham | aku bosan
        | bosan | aku sedih | ceritakan dongeng | bodoh | goblok | tolol | bego | dasar bodoh | dasar bot
        bodoh | bot bodoh | bot goblok | anjir | anjay | ngab | buset | gila | gila sih | ya ampun | ya
        tuhan | ya allah | astaga | omg | kasihan | kasian | ngeri | sedih | sedih banget | wah ngeri |
        turut berduka | turut berduka cita | setuju | aku setuju | saya setuju | jawaban bagus | jawaban
        yang bagus | keren banget botnya | botnya keren | oalah | masuk akal | lol | btw | hadeh | hadeuh |
        capek | lelah | kangen | asik | asyik | yuk | ayo
        | bantuin aku | bantuin saya | bantu saya | lucu | bohong | bohong itu | salah itu | itu salah |
        yang bener saja | yang benar saja | tidak jadi | gajadi | salah kirim | salah ketik | salah pencet |
        salah orang | salah kamar | salah chat | apa kabar hari ini | sampai jumpa besok | sampai ketemu
        besok | main tebak tebakan | tebak tebakan | yuk main | mau curhat | curhat | galau | semangat |
        good luck | gimana kabarmu | sehat selalu | sudah makan belum | lagi sibuk
    """,
    "ms": """
        selamat pagi | selamat tengah hari | selamat petang | selamat malam | apa khabar | khabar baik |
        terima kasih | tq | tima kasih | siapa awak | awak siapa | siapakah awak | siapakah anda | awak boleh
        buat apa | apa yang awak boleh buat | apa yang anda boleh lakukan | apa awak boleh buat | hai | helo |
        jumpa lagi | bagus | cubaan | boleh tolong saya | tolong saya | nak tanya | saya nak tanya | baiklah |
        adakah awak robot | ok | boleh | maaf | selamat jalan | selamat tinggal | selamat datang | tolong |
        cuba | bolehkah awak tolong saya | hye | tqvm | test je | boleh buat apa je | boleh buat apa |
        gembira jumpa awak
        | salam sejahtera | jumpa lagi nanti | faham | saya faham | okay faham | tak faham | saya tak faham
        | awak pandai | awak bodoh | bodohnya | selamat hari raya | selamat berbuka | hai awak | baik awak |
        terbaik | padu | betul tu | kesiannya | kesian
        | jangan risau | dah makan | dah makan ke
    """,
    "en": """
        hi | hello | hey | hiya | yo | good morning | good afternoon | good evening | good night |
        greetings | howdy | what's up | whats up | sup | how are you | how are you doing | how are you
        today | how's it going | nice to meet you | thanks | thank you | thank you very much | thx | ty |
        cheers | much appreciated | great | nice | cool | awesome | perfect | interesting | good | well
        done | ok | okay | k | yes | no | yep | nope | sure | bye | goodbye | see you | see you later |
        have a nice day | test | testing | test test | this is a test | just testing | ping | hello world
        | who are you | what are you | what is your name | what's your name | are you a robot | are you a
        bot | are you an ai | are you human | what can you do | what do you do | what can i ask | what can
        i ask you | what can you help with | what can you help me with | how can you help me | how do you
        work | how does this work | how do i use this | can you help me | help | help me | i need help |
        can i ask a question | i have a question | who made you | who created you | tell me about yourself
        | wow | i see | got it | never mind | is anyone there | anyone there | are you there | gm | tysm |
        thank u | thank you so much | thanks a lot | many thanks | thanks for your help | thank you for
        your help | sorry | pardon | excuse me | start | happy new year | happy birthday | merry christmas
        | i love you | foo bar | hey siri | ok google | tell me a joke | is this a bot | is this a robot |
        what is this bot | good job | well done | you too | welcome | you're welcome | no problem |
        whatever | lorem ipsum | haha | blah | blah blah | see ya | take care | yup | yeah | ya | hm | hmm
        | gd morning | good mornin | mornin | morning | cya | wat can u do | wat can you do |
        what can u help with | what can u do |
        hows it going | nice one | what do you know
        | lmao | rofl | lol | wtf | omg | oh my god | you're stupid | you are stupid | you suck | stupid bot
        | stupid | dumb | shut up | fuck you | fuck | you are amazing | you're amazing | you are awesome |
        you're awesome | great answer | nice answer | good answer | bad bot | good bot | bad answer | wrong
        answer | that's wrong | that is wrong | blablabla | i'm bored | tell me a story | sing me a song |
        are you single | are you married | see you tomorrow | see u tomorrow | see u later | good nite |
        have a great day | have a good day | have a good one | ttyl | brb | np | yw | gn | happy eid | happy
        holidays | happy easter | let's start | ready | you there | are you online | is anybody there |
        anybody home | anybody there | is this working | does this work | does it work | what is this site |
        what is this website | thank you for the info | thanks for the info | thanks for the information |
        thank you for your time | that's all thanks | that's all | good evening sir | good morning sir | sir
        | that's sad | so sad | how sad | good to know | that makes sense | makes sense | fair enough | i
        agree | agreed | that's great | that's good | that's interesting | how interesting | very helpful |
        super helpful | helpful | understood | alright | all right | gotcha | my bad | oops | lovely |
        brilliant | impressive | that's crazy | crazy | no way | i don't understand | i don't get it
        | wrong chat | wrong number | wrong person | wrong window | nice weather | lovely weather | nice
        weather today | lovely weather today | what a day | what a lovely day | what a beautiful day | good
        luck | let's play a game | just kidding | long time no see
    """,
    "zh-Hans": """
        你好 | 您好 | 嗨 | 哈喽 | 大家好 | 你好吗 | 早上好 | 早安 | 下午好 | 晚上好 | 晚安 | 谢谢 | 谢谢你
        | 谢谢您 | 多谢 | 非常感谢 | 感谢 | 好的 | 好 | 是的 | 不 | 再见 | 拜拜 | 测试 | 测试一下 | 试试 |
        试一下 | 你是谁 | 您是谁 | 你叫什么 | 你叫什么名字 | 你是机器人吗 | 你是什么 | 你能做什么 |
        你会做什么 | 你可以做什么 | 你会什么 | 我可以问什么 | 我能问什么 | 怎么用 | 怎么使用 | 帮助 |
        帮帮我 | 请帮帮我 | 在吗 | 有人吗 | 真有意思 | 有意思 | 明白了 | 知道了 | 不客气 | 你能帮我做什么
        | 你能帮我吗 | 介绍一下你自己 | 嗯 | 嗯嗯 | 早 | 早呀 | 在么 | 好吧 | 行 | 行吧 | 可以 | 对 | 没事
        | 没关系 | 对不起 | 抱歉 | 不好意思 | 谢谢你的帮助 | 谢谢您的帮助 | 辛苦了 | 新年快乐 | 生日快乐 |
        厉害 | 太好了 | 好 的 | 谢啦 | 谢了 | 嗨喽 | 好滴 | 拜 | 你是啥 | 你会干嘛 | 你能干嘛 | 哦
        | 傻瓜 | 笨蛋 | 傻逼 | 你真棒 | 真棒 | 太棒了 | 讲个笑话 | 说个笑话 | 我爱你 | 你多大了 | 原来如此 |
        真可怜 | 懂了 | 我懂了 | 收到 | 没问题 | 加油 |
        新年好 | 恭喜发财 | 中秋快乐
        | 天气真好 | 今天天气真好
    """,
    "zh-Hant": """
        你好嗎 | 謝謝 | 謝謝你 | 謝謝您 | 多謝 | 感謝 | 再見 | 測試 | 你是誰 | 您是誰 | 你叫什麼名字 |
        你是機器人嗎 | 你能做什麼 | 你會做什麼 | 你可以做什麼 | 我可以問什麼 | 怎麼用 | 幫幫我 | 在嗎 |
        早安 | 午安 | 晚安
    """,
    "ja": """
        こんにちは | こんばんは | おはよう | おはようございます | やあ | どうも | はじめまして |
        ありがとう | ありがとうございます | ありがとうございました | どうもありがとう | 感謝します | はい
        | いいえ | 了解 | 了解です | わかりました | さようなら | またね | おやすみ | おやすみなさい |
        テスト | テスト中 | テストです | あなたは誰 | あなたは誰ですか | あなたは何ですか | 君は誰 |
        名前は | お名前は | あなたの名前は何ですか | 何ができますか | 何ができるの |
        あなたは何ができますか | 何を聞けますか | 使い方 | 使い方を教えて | 使い方を教えてください |
        助けて | ヘルプ | 元気ですか | お元気ですか | なるほど | 面白い | すごい | もしもし |
        ロボットですか | 自己紹介して | お疲れ様 | お疲れ様です | おつかれさま | よろしく |
        よろしくお願いします | よろしくお願いいたします | すみません | ごめんなさい |
        どうもありがとうございます | どうもありがとうございました | いいね | うん | ああ | ハロー |
        助かりました | ありがと | サンキュー | サンクス | おは | おはー | ども
        | ばか | バカ | 愛してる | あけましておめでとう | あけましておめでとうございます | 人間ですか | 人間
        ですか | そうですか | そうなんだ | そうなんですね | 悲しい |
        悲しいですね | 勉強になりました | お疲れ | おつかれ
        | いい天気ですね | 暇 | 暇です | 眠い
    """,
    "ko": """
        안녕 | 안녕하세요 | 안녕하십니까 | 여보세요 | 좋은 아침 | 좋은 아침이에요 | 반가워요 | 반갑습니다 |
        감사합니다 | 고마워 | 고마워요 | 고맙습니다 | 네 | 아니요 | 알겠습니다 | 알겠어요 | 좋아요 | 안녕히
        계세요 | 잘 가 | 테스트 | 테스트입니다 | 누구세요 | 너는 누구니 | 넌 누구야 | 당신은 누구입니까 |
        이름이 뭐예요 | 이름이 뭐야 | 뭐 할 수 있어 | 무엇을 할 수 있나요 | 무엇을 할 수 있어요 | 뭘 할 수
        있어 | 뭘 물어볼 수 있나요 | 도와줘 | 도와주세요 | 도움말 | 어떻게 사용해요 | 사용법 | 잘 지내세요 |
        로봇이에요 | 재미있네요 | 자기소개 해줘 | 반가워 | 만나서 반가워요 | 만나서 반갑습니다 | 응 | 아니 |
        고맙다 | 미안해 | 미안합니다 | 죄송합니다 | 수고하세요 | 좋아 | 알았어 | 잘 지내 | 안녕히 가세요 |
        하이 | 테스트중 | 테스트 중
        | 잘가 | 바보 | 멍청이 | 사랑해 | 잘자 | 새해 복 많이 받으세요 | 대박 | 농담 해줘 | 그렇구나 |
        그렇군요 | 안타깝네요 | 이해했어요
        | 덥네요 | 춥네요 | 날씨 좋네요 | 오늘 너무 덥다 | 오늘 날씨 좋네요 | 심심해 | 배고파
    """,
    "ar": """
        مرحبا | مرحباً | أهلا | اهلا | أهلا وسهلا | السلام عليكم | السلام عليكم ورحمة الله وبركاته | صباح
        الخير | مساء الخير | كيف حالك | كيف حالكم | كيفك | شكرا | شكراً | شكرا جزيلا | شكرا لك | مشكور |
        نعم | لا | حسنا | طيب | تمام | مع السلامة | وداعا | إلى اللقاء | تجربة | اختبار | هذا اختبار | من
        أنت | من انت | من تكون | ما اسمك | ما أنت | هل أنت روبوت | ماذا يمكنك أن تفعل | ماذا تستطيع أن
        تفعل | ماذا تفعل | ماذا يمكنني أن أسأل | كيف تعمل | كيف أستخدم هذا | ساعدني | مساعدة | هل يمكنك
        مساعدتي | رائع | ممتاز | تشرفنا | وعليكم السلام | وعليكم السلام ورحمة الله وبركاته | كيف الحال |
        هلا | أهلين | تحياتي | جزاك الله خيرا | عفوا | آسف | تصبح على خير | مساء النور | صباح النور | جيد
        | شكرا على المساعدة | هاي | السلام عليكم ورحمة الله | شنو تسوي
        | انت غبي | أنت غبي | غبي | أحبك | اهلا وسهلا | رمضان كريم | عيد مبارك | يعطيك العافية | فهمت | محزن
        | والله | ماشاء الله | ما شاء الله | الحمد لله | أحسنت | نكتة
        | مللت
    """,
    "es": """
        hola | buenos días | buenas | buenas tardes | buenas noches | qué tal | cómo estás | cómo está |
        cómo te va | gracias | muchas gracias | mil gracias | vale | sí | no | bien | genial | perfecto |
        interesante | adiós | hasta luego | hasta mañana | chao | prueba | esto es una prueba | probando |
        quién eres | quién es usted | qué eres | cómo te llamas | cuál es tu nombre | eres un robot | qué
        puedes hacer | qué sabes hacer | qué haces | qué puedo preguntar | qué te puedo preguntar | en qué
        puedes ayudarme | cómo funcionas | cómo funciona esto | ayuda | ayúdame | puedes ayudarme | mucho
        gusto | encantado | hay alguien ahí | de nada | muchas gracias por tu ayuda | gracias por tu ayuda
        | gracias por la ayuda | lo siento | perdón | feliz año nuevo | buen día | ok gracias | saludos |
        holi | qué onda | gracias x la ayuda | quién sos | quién sos vos | grax
        | chau | nos vemos | eres tonto | eres estúpido | idiota | tonto | te amo | te quiero | feliz año |
        feliz navidad | cuéntame un chiste | cuenta un chiste | hablas español | no entiendo | entiendo |
        entendido | qué interesante | qué pena | qué triste | excelente | buen trabajo | de acuerdo
        | me aburro
    """,
    "pt": """
        olá | oi | bom dia | boa tarde | boa noite | tudo bem | como vai | como você está | e aí |
        obrigado | obrigada | muito obrigado | muito obrigada | valeu | sim | não | legal | ótimo |
        perfeito | interessante | tchau | até logo | até mais | teste | isto é um teste | testando | quem
        é você | quem és tu | quem és | o que é você | qual é o seu nome | como você se chama | você é um
        robô | o que você pode fazer | o que você sabe fazer | o que você faz | o que posso perguntar |
        como você funciona | como isso funciona | ajuda | me ajude | pode me ajudar | você pode me ajudar
        | prazer | obrigado pela ajuda | obrigada pela ajuda | muito obrigado pela ajuda | desculpa |
        desculpe | feliz ano novo | blz | beleza | tudo bom | opa | vlw | obg | valeu demais
        | rsrs | rs | você é burro | idiota | te amo | feliz natal | conta uma piada | conte uma piada |
        você fala português | não entendi | entendi | que pena | que triste | que legal | que interessante |
        bom trabalho | parabéns
    """,
    "fr": """
        bonjour | salut | coucou | bonsoir | bonne nuit | bonne journée | ça va | comment ça va | comment
        allez-vous | comment vas-tu | merci | merci beaucoup | d'accord | oui | non | super | parfait |
        intéressant | au revoir | à bientôt | à plus tard | essai | ceci est un test | qui es-tu | qui
        êtes-vous | tu es qui | qu'es-tu | comment tu t'appelles | comment vous appelez-vous | quel est
        ton nom | es-tu un robot | que peux-tu faire | que pouvez-vous faire | que sais-tu faire |
        qu'est-ce que tu peux faire | que puis-je demander | comment ça marche | comment fonctionnes-tu |
        aide | aide-moi | aidez-moi | peux-tu m'aider | enchanté | de rien | il y a quelqu'un | slt |
        merci bcp | bcp | merci pour ton aide | merci pour votre aide | désolé | pardon | bonne année | cc
        | stp | bjr | bsr | mdr | re bonjour | bonjour à tous | salut à tous | merci à tous
        | ok | à demain | ptdr | génial | t'es nul | tu es nul | idiot | je t'aime | joyeux noël | bonne
        soirée | bon week-end | raconte une blague | raconte moi une blague | tu parles français |
        parlez-vous français | je ne comprends pas | j'ai compris | compris | allô | je vois | je comprends
        | quel dommage | c'est triste | triste | c'est génial | bien joué | bravo | test
        | quelle chaleur | je m'ennuie
    """,
    "de": """
        hallo | guten morgen | guten tag | guten abend | gute nacht | servus | moin | grüß gott | wie
        geht's | wie geht es dir | wie geht es ihnen | danke | danke schön | dankeschön | vielen dank |
        danke sehr | ja | nein | gut | super | prima | toll | interessant | in ordnung | tschüss | auf
        wiedersehen | bis später | bis bald | test | das ist ein test | nur ein test | wer bist du | wer
        sind sie | was bist du | wie heißt du | wie heißen sie | bist du ein roboter | was kannst du | was
        können sie | was kannst du tun | was machst du | was kann ich fragen | was kann ich dich fragen |
        wie funktioniert das | wie funktionierst du | hilfe | hilf mir | kannst du mir helfen | können sie
        mir helfen | freut mich | bitte | ist da jemand | danke dir | danke ihnen | vielen dank für deine
        hilfe | vielen dank für ihre hilfe | entschuldigung | frohes neues jahr | hi | na | mahlzeit |
        grüezi | alles klar | moin moin | hallöchen | tach | dankeschön
        | ok | ciao | guten morgen zusammen | hallo zusammen | wie gehts | hi wie gehts | wie geht's dir |
        bis dann | du bist dumm | dumm | idiot | ich liebe dich | frohe weihnachten | schönen tag noch |
        schönen tag | schönes wochenende | sprichst du deutsch | jo | genau | verstanden | verstehe | ich
        verstehe | ich verstehe nicht | na klar | klar | gern geschehen | gerne | erzähl einen witz | erzähl
        mir einen witz | ach so | achso | schade | traurig | wie traurig | gut zu wissen | haha
        | schönes wetter | schönes wetter heute
    """,
    "vi": """
        xin chào | chào | chào bạn | chào buổi sáng | chào buổi tối | bạn khỏe không | cảm ơn | cảm ơn bạn
        | cám ơn | cảm ơn nhiều | vâng | dạ | không | được rồi | tốt | tuyệt | hay quá | tạm biệt | hẹn
        gặp lại | thử | thử nghiệm | bạn là ai | bạn tên gì | bạn tên là gì | tên bạn là gì | bạn là robot
        à | bạn có thể làm gì | bạn làm được gì | bạn biết làm gì | tôi có thể hỏi gì | làm sao để sử dụng
        | cách sử dụng | giúp tôi | giúp tôi với | bạn có thể giúp tôi không | rất vui được gặp bạn | thú
        vị quá | có ai ở đó không | xin lỗi | chúc mừng năm mới | ok bạn | chào ad | hi bạn | chào em |
        chào anh | chào chị | cám ơn bạn | ừ | alo
        | cám ơn nha | cảm ơn nha | hiểu rồi | tôi hiểu rồi | không hiểu | tôi không hiểu | đồ ngu | ngu |
        yêu bạn | chúc ngủ ngon | kể chuyện cười đi | buồn quá | tội quá | thế à | ồ | dạ vâng | haha
        | nóng quá | trời nóng quá | lạnh quá | trời đẹp quá | chán quá | đói quá
    """,
    "th": """
        สวัสดี | สวัสดีครับ | สวัสดีค่ะ | หวัดดี | อรุณสวัสดิ์ | ราตรีสวัสดิ์ | สบายดีไหม | เป็นอย่างไรบ้าง |
        ขอบคุณ | ขอบคุณครับ | ขอบคุณค่ะ | ขอบคุณมาก | ขอบคุณมากครับ | ขอบคุณมากค่ะ | ขอบใจ | ครับ | ค่ะ | ใช่ | ไม่ |
        โอเค | ได้ | ดีมาก | ลาก่อน | บาย | ทดสอบ | ทดสอบครับ | คุณคือใคร | คุณเป็นใคร | เธอเป็นใคร |
        คุณชื่ออะไร | คุณเป็นหุ่นยนต์หรือเปล่า | คุณทำอะไรได้บ้าง | ทำอะไรได้บ้าง | ช่วยอะไรได้บ้าง | ถามอะไรได้บ้าง |
        ใช้งานอย่างไร | ใช้ยังไง | ช่วยด้วย | ช่วยหน่อย | ยินดีที่ได้รู้จัก | น่าสนใจ | ขอบคุณมากๆ | ขอบคุณมาก ๆ |
        สวัสดีจ้า | หวัดดีจ้า | ขอโทษ | ขอโทษครับ | ขอโทษค่ะ | สวัสดีปีใหม่ | ดี | ดีจ้า | โอเคครับ | โอเคค่ะ |
        อรุณสวัสดิ์ครับ
        | ฮัลโหล | บ๊ายบาย | เข้าใจแล้ว | เข้าใจ | รับทราบ | เก่งมาก | มีใครอยู่ไหม | รักนะ | ฝันดี | โง่ |
        เสียใจด้วย | เยี่ยม | สุดยอด
        | ร้อนจัง | ร้อนมาก | หนาวจัง | วันนี้ร้อนมาก | เบื่อ | หิว
    """,
    "ru": """
        привет | здравствуйте | здравствуй | доброе утро | добрый день | добрый вечер | спокойной ночи |
        как дела | как поживаешь | как вы | спасибо | большое спасибо | спасибо большое | благодарю | да |
        нет | хорошо | отлично | супер | интересно | понятно | пока | до свидания | до встречи | тест |
        это тест | кто ты | ты кто | кто вы | вы кто | что ты такое | как тебя зовут | как вас зовут | ты
        робот | вы робот | что ты умеешь | что вы умеете | что ты можешь | что ты можешь делать | что
        можно спросить | о чём можно спросить | как ты работаешь | как это работает | помощь | помоги |
        помогите | помоги мне | ты можешь мне помочь | приятно познакомиться | есть кто-нибудь | здорово |
        приветик | хай | спс | извини | извините | ок | окей | ага | с новым годом | всем привет | доброй
        ночи | спасибо за помощь | ку | здарова | здрасте | что умеешь | проверка | ау
        | проверка связи | ахаха | хаха | лол | понял | поняла | ясно | ты дурак | дурак | тупой бот | тупой
        | я тебя люблю | расскажи анекдот | алло | хорошего дня | хорошего вечера | жаль | как жаль | как
        интересно | круто | молодец | не понимаю | не понял
        | как жарко | как холодно | хорошая погода | мне скучно | хочу есть
    """,
    "hi": """
        नमस्ते | नमस्कार | हैलो | हेलो | हाय | सुप्रभात | शुभ प्रभात | शुभ संध्या | शुभ रात्रि | आप कैसे हैं |
        कैसे हो | क्या हाल है | धन्यवाद | बहुत धन्यवाद | बहुत बहुत धन्यवाद | शुक्रिया | हाँ | हां | नहीं | ठीक
        है | अच्छा | बढ़िया | बहुत अच्छा | अलविदा | फिर मिलेंगे | टेस्ट | परीक्षण | यह एक परीक्षण है | आप कौन
        हैं | तुम कौन हो | आप कौन हो | आपका नाम क्या है | तुम्हारा नाम क्या है | क्या आप रोबोट हैं | आप क्या कर
        सकते हैं | तुम क्या कर सकते हो | मैं क्या पूछ सकता हूँ | यह कैसे काम करता है | मदद | मदद करो | मेरी
        मदद करो | क्या आप मेरी मदद कर सकते हैं | रोचक | माफ़ करना | माफ कीजिए | नमस्ते जी | namaste |
        namaskar | dhanyavad | dhanyawad | shukriya | kaise ho | kya haal hai | नया साल मुबारक
        | हा हा हा | हा हा | समझ गया | समझ गई | दुख की बात | बेवकूफ | बहुत बढ़िया | ठीक | namaste ji | hello
        ji | kaise ho bhai | kaise ho aap | thik hai | theek hai | accha | acha | bahut accha | samajh gaya
        | haan | nahi | alvida
        | बहुत गर्मी है | आज बहुत गर्मी है | बहुत ठंड है | मैं बोर हो रहा हूँ
    """,
    "it": """
        ciao | salve | buongiorno | buonasera | buonanotte | come stai | come sta | come va | grazie | grazie
        mille | molte grazie | sì | va bene | bene | ottimo | perfetto | interessante | arrivederci | a presto
        | prova | questa è una prova | chi sei | chi è lei | che cosa sei | come ti chiami | qual è il tuo
        nome | sei un robot | cosa puoi fare | che cosa puoi fare | cosa sai fare | cosa posso chiedere | come
        funziona | aiuto | aiutami | puoi aiutarmi | piacere | scusa | scusi | buon anno | buona sera | buon
        giorno | ehi | grazie per l'aiuto | tutto bene
        | che caldo | che freddo | che caldo oggi | bella giornata | mi annoio | ho fame
    """,
    "tr": """
        merhaba | selam | günaydın | iyi günler | iyi akşamlar | iyi geceler | nasılsın | nasılsınız |
        teşekkürler | teşekkür ederim | çok teşekkürler | sağ ol | evet | hayır | tamam | güzel | harika |
        hoşça kal | görüşürüz | deneme | bu bir test | sen kimsin | kimsin | siz kimsiniz | adın ne | robot
        musun | ne yapabilirsin | neler yapabilirsin | ne sorabilirim | nasıl çalışıyorsun | yardım | yardım
        et | bana yardım eder misin | memnun oldum | selamlar | teşekkür | sağol | özür dilerim | naber |
        mutlu yıllar | kolay gelsin | tşk | slm
        | selamün aleyküm | aleyküm selam | eyvallah | güle güle | anladım | anlamadım | aptal | salak |
        seni seviyorum | iyi bayramlar | bir fıkra anlat | fıkra anlat | çok üzücü | ne yazık | vay be |
        süper | aferin | insan mısın
        | çok sıcak | bugün çok sıcak | hava çok güzel | canım sıkılıyor | acıktım
    """,
    "nl": """
        hoi | goedemorgen | goedemiddag | goedenavond | hoe gaat het | hoe gaat het met je | bedankt |
        dank je | dank je wel | dank u wel | dankjewel | nee | goed | prima | leuk | doei | tot ziens |
        dit is een test | wie ben je | wie bent u | wat ben je | hoe heet je | ben je een robot | wat kun
        je | wat kan je | wat kun je doen | wat kan ik vragen | hoe werkt dit | help me | kun je me helpen
        | aangenaam | hallo | sorry | dank u | dankjewel | goeiemorgen | fijne dag | gelukkig nieuwjaar
        | wat warm | wat koud | wat warm vandaag | mooi weer | lekker weer | ik verveel me
    """,
    "fil": """
        kumusta | kamusta | magandang umaga | magandang hapon | magandang gabi | magandang araw | kumusta
        ka | kamusta ka | salamat | maraming salamat | salamat po | maraming salamat po | oo | sige |
        paalam | pagsubok | sino ka | sino ka ba | sino po kayo | ano ang pangalan mo | robot ka ba | ano
        ang kaya mong gawin | ano kaya mong gawin | ano ang magagawa mo | ano ang pwede kong itanong |
        paano ito gumagana |
        tulong | tulungan mo ako | matutulungan mo ba ako | kumusta po | kumusta po kayo | magandang umaga
        po | magandang hapon po | magandang gabi po | magandang tanghali | pasensya na | sorry po | opo |
        hindi | hello po | ingat
        | anong pangalan mo | test lang | testing lang | ingat ka | mahal kita | tanga | bobo | ang galing
        mo | galing | maligayang pasko | naiintindihan ko | di ko gets | gets | gets ko | nakakalungkot |
        kawawa naman | haha | ok po | ok
        | ang init | ang init ngayon | ang lamig | nagugutom ako | gutom na ako
    """,
    "jv": """
        sugeng enjing | sugeng siang | sugeng dalu | piye kabare | matur nuwun | matur suwun | suwun |
        sopo kowe | kowe sopo | sampeyan sinten | matur nuwun sanget | matur nuwun nggih | nggih | inggih
        | ora | sugeng sonten | sugeng ndalu | sugeng rawuh | piye kabarmu | kulonuwun | kula nuwun |
        kulo nuwun |
        pripun kabare | nyuwun pangapunten | monggo
        | sugeng enjang | yo wis | ya wis | oh ngono | pareng | tes sik | sampeyan saged nopo | iso opo kowe
        | kowe iso opo | ora ngerti | mbuh | apik tenan
        | panas tenan | adem tenan | piye kabare lur | luwe
    """,
    "su": """
        sampurasun | wilujeng enjing | wilujeng siang | wilujeng wengi | kumaha damang | hatur nuhun |
        nuhun | anjeun saha | maneh saha | hatur nuhun pisan | nuhun pisan | muhun | punten | kumaha |
        wilujeng sonten | wilujeng sumping | kumaha kabarna
        | maneh bisa naon | sampurasun kang | oh kitu | sae pisan | teu ngarti
        | panas pisan | tiis pisan
    """,
}

PHRASES = {
    language: tuple(" ".join(phrase.split()) for phrase in text.split("|"))
    for language, text in _TEXTS.items()
}
