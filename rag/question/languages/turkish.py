"""Turkish. An ending follows a name after an apostrophe, and any other word directly."""

from rag.question.languages.words import YEARS, LanguageWords

_PERIODS = "(?:yıl|sene|ay|gün|tarih|yüzyıl|dönem|çağ|saat|hafta|mevsim|zaman|asır|asr)"
_NAMED = "(?:ülke|şehir|şehr|kent|kişi|şirket|eyalet|yer|takım|millet|ulus|bölge|il|ilçe|kurum|üniversite|devlet)"
# Of a month: in, from, to, of it.
_CASE = "(?:[dt][ae]n?|[ae]|[ıiuü]n?)?"

TURKISH = LanguageWords(
    code="tr",
    asks_time=(
        rf"ne zaman\w*|hangi (?:on ?)?{_PERIODS}\w*|kaçıncı (?:yüzyıl|yıl|gün|ay|asır|asr)\w*|kaç yılında\w*"
        r"|kaç yaşında\w*"
        r"|kaçta\w*|saat kaç\w*|kaç (?:yıl|sene) önce\w*|ne kadar (?:zaman|süre) önce\w*"
    ),
    asks_number=r"kaç\w*|ne kadar\w*|ne (?:sıklıkla|uzunlukta|yükseklikte|büyüklükte)\w*|yüzde kaç\w*",
    asks_name=(
        rf"kim(?:e|i|in|inle|de|den|dir|di|ler\w*)?|nere\w*|hangi {_NAMED}\w*|(?:adı|ismi|isimleri|adları) (?:ne"
        "|neydi|nedir)"
    ),
    asks=(
        r"ne|neden|nedir|neydi|nelerdir|neyi|neyin|niçin|niye|nasıl\w*|hangi\w*|m[ıiuü](?:dir|ydı|ydi|ydu|ydü|yım"
        "|yiz)?"
    ),
    plain=(
        "ne neden nedir neyi neyin neye neydi neler nelerdir neleri kimleri niçin niye nasıl hangi hangisi kim "
        "kime kimi kimin kimdir kimler nerede nereye nereden "
        "neresi nerededir "
        "kaç kaçıncı zaman mi mı mu mü ve veya ya da de ile için gibi kadar göre bir bu şu o onun onu ona ondan "
        "onlar onların "
        "bunun bunu buna bunlar ama fakat ancak ise çok daha en her hiç değil var yok olan olarak oldu olur olduğu "
        "olmuştur edildi etti eden eder edilir etmek etmiştir yapıldı yaptı sonra önce peki hakkında tarafından "
        "mıdır midir "
        "mudur müdür miydi mıydı ilk lütfen ben biz siz"
    ),
    keyword_time="tarihi|tarihleri|yılı",
    keyword_number="fiyatı|maliyeti|nüfusu|uzunluğu|yüksekliği|sayısı",
    asks_more="daha fazla(?:sı)?|daha fazla anlat|devam et|başka",
    refers_back_first="ve|peki|ya|ama|veya|sonra|o zaman|o halde",
    refers_back=(
        r"o|onun|onu|ona|ondan|onda|onlar\w*|bu|bunun|bunu|buna|bundan|bunlar\w*|şu|şunlar\w*|orada|oraya|oradan"
        r"|kendisi\w*"
    ),
    times=(
        r"pazartesi|salı|çarşamba|perşembe|cuma|cumartesi|pazar|yüzyıl\w*|asır\w*|asr\w*|yıl|yıl[ıal]\w*|sene\w*"
        r"|ilkbahar\w*"
        rf"|bahar\w*|yazın|sonbahar\w*|güz|kışın|{YEARS}[dt][ae]n?"
    ),
    asks_forms={
        "summary": r"\b(?:özetle\w*|özeti|özetini|özet)\b|\bne anlatıyor\b",
        "timeline": r"\bkronoloji\w*|\bzaman çizelgesi\b|\btarih sırasıyla\b",
        "list": r"^hangi (?:\w+ ){0,2}\w+l[ae]r\w*|\b(?:listele|sırala)\w*|\blistesi\w*|\bnelerdir\b|\bkimlerdir\b",
    },
    form_words=(
        r"özetle\w*|özeti|özetini|özet|ne anlatıyor|kronoloji\w*|zaman çizelgesi|tarih sırasıyla|listele\w*|sırala\w*"
        r"|listesi\w*|makale\w*|haber\w*|yazı(?:sı|yı)?"
    ),
    months=(
        *(f"Oca(?:k|ğ){_CASE}", f"Şubat{_CASE}", "Mart(?:tan?|a|ın?)?", f"Nisan{_CASE}", f"Mayıs{_CASE}"),
        *(f"Haziran{_CASE}", f"Temmuz{_CASE}", f"Ağustos{_CASE}", f"Eylül{_CASE}", f"Ekim{_CASE}", f"Kasım{_CASE}"),
        f"Aralı(?:k|ğ){_CASE}",
    ),
    ordinals="['’](?:[ıiuü]nc[ıiuü]|[ıiuü])",
    eras="MÖ|MS",
    # "Bir" is left out, since it is an article too.
    numbers=(
        "iki|üç|dört|beş|altı|yedi|sekiz|dokuz|on|yirmi|otuz|kırk|elli|altmış|yetmiş|seksen|doksan|yüz|bin|milyon"
        "|milyar|trilyon"
        "|yarım|yarısı|düzine|yüzlerce|binlerce|milyonlarca"
    ),
    joiners="ve|ama|fakat|ancak|sonra|daha sonra|ardından|ayrıca|böylece|oysa|bunun yerine|bu nedenle",
    pronouns=(
        r"o|onlar\w*|onun|onu|ona|ondan|bu|bunlar\w*|bunun|bunu|buna|bundan|şu|şunlar\w*|kendisi\w*|her ikisi"
        "|ikisi"
    ),
    impersonal="bu (?:makale|madde|sayfa)",
    disputes="kaynaklar (?:farklı|çelişiyor|ayrışıyor)|(?:başka|diğer) kaynaklara göre",
    refutes="doğru değil(?:dir)?|yalanladı|asılsız|gerçeği yansıtmıyor",
    ends="artık (?:yok|değil|geçerli değil)|(?:yürürlükten )?kaldırıldı|sona erdi|iptal edildi|feshedildi",
    plans="planlan(?:ıyor|maktadır|dı)|beklen(?:iyor|mektedir)|yapılacak|edilecek|olacak|düzenlenecek|açılacak",
    asks_now="şu an(?:ki|da)?|şimdi|şimdiki|güncel|mevcut|en son|halen",
    range_words="ile|ve|ila",
    open_times=(
        r"önce\w*|sonra\w*|kadar|beri|itibaren|yaklaşık|civarı\w*|dolay\w*|yıllar\w*|[0-9]l[aı]r\w*"
        r"|l[aı]r[ıdai]?\w*|lı"
    ),
    bounds="yaklaşık|civarında|neredeyse|kadar|en az|en fazla|en çok|fazla|az|üzerinde|üstünde|altında|aşkın|yakın",
    furniture=r"(?:fotoğraf|foto|video)\s*[:/|–—]|(?:ayrıca|devamını) oku(?:yun)?\b|reklam\b|abone ol(?:un)?\b",
    bounds_before="yaklaşık|neredeyse|en az|en fazla|en çok|hemen hemen",
    bounds_after="(?:['’]?[dt][ea]n )?(?:fazla|çok|az)|(?:['’]?[yn]?[eaıiuü] )?(?:yakın|kadar|aşkın)|civarında",
    units=r"(?:ABD )?dolar\w*|avro|euro|lira\w*|(?:kilo)?metre(?:kare)?|km|ton|yıl|ay|gün|saat",
    scales={"bin": 1e3, "milyon": 1e6, "milyar": 1e9, "trilyon": 1e12},
    asks_corpus={
        "count": (
            "(?:burada |sende |sizde |dizinde )?kaç (?:makale|belge|doküman) (?:var|bulunuyor|mevcut)(?: burada)?",
        ),
        "newest": ("en (?:son|yeni) (?:makale|belge)(?: hangisi| hangisidir| nedir| ne)?",),
        "sources": ("hangi kaynaklar (?:var|kullanılıyor)|kaynaklar (?:neler|nelerdir)",),
        "languages": ("makaleler hangi dil(?:de|lerde)(?:dir)?|hangi diller(?:de makaleler)? var",),
    },
    talk={
        "greeting": (
            "merhaba|merhabalar|selam|selamlar|günaydın|iyi günler|iyi akşamlar|tünaydın|nasılsın|nasılsınız"
            "|selamün aleyküm|selamun aleyküm|naber"
        ),
        "thanks": "teşekkür|teşekkürler|teşekkür ederim|çok teşekkür ederim|sağ ol|sağol|sağ olun|eyvallah",
        "goodbye": "hoşça kal|hoşçakal|hoşça kalın|güle güle|görüşürüz|iyi geceler|kendine iyi bak",
        "noted": "tamam|güzel|harika|anladım|evet|hayır|süper|olur",
        "help": (
            "yardım|yardım et|yardım edin|bana yardım et|ne yapabilirsin|neler yapabilirsin|ne yapabilirsiniz"
            "|neler yapabilirsiniz|ne sorabilirim|neler sorabilirim|ne biliyorsun|neler biliyorsun"
        ),
        "identity": (
            "sen kimsin|siz kimsiniz|kimsin|kimsiniz|sen nesin|adın ne|adın nedir|adınız ne|adınız nedir|bot musun"
            "|robot musun"
        ),
        "courtesy": "lütfen|çok|size|sana|herkese",
    },
)
