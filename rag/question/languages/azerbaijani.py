"""Azerbaijani, in Latin letters."""

from rag.question.languages.words import YEARS, LanguageWords

_NAMED = "(?:ölkə|şəhər|şəhr|şəxs|adam|şirkət|ştat|yer|komanda|millət|xalq|kənd|rayon|bölgə|dövlət|vilayət|universitet)"
_YEAR = "(?:il|ildə|ildən|ilin|illər|illərdə|illərin|ildir)"
# Of a month: in, from, to, of it.
_CASE = "(?:[dt][aə]n?|[aə]|[ıiuü]n?)?"

AZERBAIJANI = LanguageWords(
    code="az",
    asks_time=(
        rf"nə vaxt\w*|nə zaman\w*|haçan\w*|hansı (?:{_YEAR}|(?:ay|gün|tarix|əsr|dövr|saat|onillik|həftə|fəsl?il?"
        r"|zaman|vaxt)\w*)"
        rf"|neçənci (?:{_YEAR}|(?:əsr|ay|gün)\w*)|saat neçə\w*|neçə yaş\w*|neçə il əvvəl\w*"
    ),
    asks_number=r"neçə\w*|nə qədər\w*",
    asks_name=(
        r"kim(?:in|ə|i|dən|də|dir|lə|inlə|lər\w*|idi)?|hara(?:da\w*|dan|ya|dır|sı\w*|nın|lı\w*|lar\w*)?"
        rf"|hansı {_NAMED}\w*"
        r"|adı (?:nə|nədir|nə idi)"
    ),
    asks=r"nə|nədir|nədən|nəyi|nəyin|nələr\w*|niyə|necə\w*|hansı\w*|m[ıiuü](?:dır|dir|dur|dür)?",
    plain=(
        "nə nədir niyə necə hansı hansılar hansıdır kim kimə kimi kimin kimdir kimlər harada haradadır hara "
        "haraya haradan "
        "haradır neçə neçənci vaxt zaman qədər nədən üçün və ya da də ilə görə bir bu o onun onu ona ondan onlar "
        "onların "
        "bunun bunu buna bunlar həmin amma lakin ancaq isə çox daha ən hər heç deyil var yox olan olaraq oldu "
        "olub olur "
        "olduğu edib etdi edir edilib edilmişdir etmək tərəfindən sonra əvvəl bəs haqqında haqda mı mi mu mü idi "
        "imiş ilk "
        "edən olunub olundu olunur zəhmət olmasa mən biz siz hansında ildə"
    ),
    keyword_time="tarixi|tarixləri|ili",
    keyword_number="qiyməti|dəyəri|əhalisi|uzunluğu|hündürlüyü|sayı",
    asks_more="daha çox|daha ətraflı|davam et|başqa nə var",
    refers_back_first="və|bəs|amma|lakin|sonra|yaxud|ya",
    refers_back=(
        r"o|onun|onu|ona|ondan|onda|onlar\w*|bu|bunun|bunu|buna|bundan|bunlar\w*|orada|oraya|oradan|həmin|özü"
    ),
    times=(
        r"bazar|bazar ertəsi|çərşənbə\w*|cümə\w*|şənbə\w*|əsr\w*|il|ildə|ildən|ilin|illər\w*|onillik\w*|yaz"
        r"|yazda|yay|yayda|payız\w*"
        rf"|qış|qışda|{YEARS}-?c[ıiuü]"
    ),
    asks_forms={
        "summary": r"\b(?:xülasə\w*|qısa məzmun\w*)",
        "timeline": r"\bxronologiya\w*|\btarix ardıcıllığı\w*",
        "list": r"^hansı (?:\w+ ){0,2}\w+l[aə]r\w*|\bsiyahı\w*|\bsadala\w*|\bhansılardır\b|\bkimlərdir\b",
    },
    form_words=(r"xülasə\w*|qısa məzmun\w*|xronologiya\w*|tarix ardıcıllığı\w*|siyahı\w*|sadala\w*|məqalə\w*|xəbər\w*"),
    months=(
        *(
            f"[Yy]anvar{_CASE}",
            f"[Ff]evral{_CASE}",
            "[Mm]art(?:dan?|a|ın?)?",
            f"[Aa]prel{_CASE}",
            "[Mm]ay(?:dan?|a|ın?)?",
        ),
        *(f"[iİI]yun{_CASE}", f"[iİI]yul{_CASE}", f"[Aa]vqust{_CASE}", f"[Ss]entyabr{_CASE}", f"[Oo]ktyabr{_CASE}"),
        *(f"[Nn]oyabr{_CASE}", f"[Dd]ekabr{_CASE}"),
    ),
    ordinals="-?(?:c[ıiuü]|[ıiuü]|d[aə])",
    day_after_month=True,
    numbers=(
        "iki|üç|dörd|beş|altı|yeddi|səkkiz|doqquz|on|iyirmi|otuz|qırx|əlli|altmış|yetmiş|səksən|doxsan|yüz|min"
        "|milyon|milyard|trilyon"
        "|yarım|yarısı|yüzlərlə|minlərlə|milyonlarla"
    ),
    joiners="və|amma|lakin|ancaq|sonra|daha sonra|bundan sonra|həmçinin|eyni zamanda|beləliklə|buna görə",
    pronouns=r"o|onlar\w*|onun|onu|ona|ondan|bu|bunlar\w*|bunun|bunu|buna|bundan|həmin|hər ikisi|ikisi|özü",
    impersonal="bu (?:məqalə|səhifə)",
    disputes="mənbələr fərqlidir|(?:başqa|digər) mənbələrə görə",
    refutes="doğru deyil|həqiqətə uyğun deyil|təkzib (?:etdi|edib|olundu|edildi)",
    ends="ləğv (?:edildi|edilib|olundu|olunub)|başa çat(?:dı|ıb)|sona çat(?:dı|ıb)|dayandırıl(?:dı|ıb)|artıq yoxdur",
    plans="planlaşdırıl(?:ır|ıb)|gözlənilir|nəzərdə tutul(?:ur|ub)|olacaq|ediləcək|keçiriləcək|açılacaq",
    asks_now="hazırda|hazırkı|indi|indiki|bu gün|ən son|ən yeni",
    range_words="və|ilə",
    open_times=r"əvvəl\w*|sonra\w*|qədər|kimi|bəri|etibarən|təxminən|təqribən|illər\w*|onillik\w*",
    bounds="təxminən|təqribən|qədər|yaxın|ən azı|ən çox|çox|az|artıq|üzərində",
    furniture=r"(?:foto|şəkil|video)\s*[:/|–—]|(?:həmçinin|ardını) oxuyun\b|reklam\b|abunə olun\b",
    bounds_before="təxminən|təqribən|ən azı|ən çoxu|azı|üst-üstə",
    bounds_after="(?:-?[dt][əa]n )?(?:çox|artıq|az)|(?:-?[nyə]?[əa] )?(?:qədər|yaxın)",
    units=r"faiz|%|(?:ABŞ )?dollar\w*|manat\w*|avro|(?:kvadrat )?(?:kilo)?metr|km|ton|il|ay|gün|saat",
    scales={"min": 1e3, "milyon": 1e6, "mln": 1e6, "milyard": 1e9, "mlrd": 1e9, "trilyon": 1e12},
    asks_corpus={
        "count": (
            "(?:burada |sizdə |səndə |indeksdə |korpusda )?(?:neçə|nə qədər) (?:məqalə|sənəd) var(?:dır)?(?: burada)?",
        ),
        "newest": ("(?:ən (?:son|yeni)) (?:məqalə|sənəd)(?: hansıdır| nədir)?",),
        "sources": ("hansı mənbələr (?:var|istifadə olunur)|mənbələr hansılardır",),
        "languages": ("məqalələr hansı dil(?:də|lərdə)dir|hansı dillər(?:də məqalələr)? var",),
    },
    talk={
        "greeting": (
            "salam|salam əleyküm|salam aleyküm|salamlar|sabahınız xeyir|sabahın xeyir|axşamınız xeyir"
            "|günortanız xeyir|hər vaxtınız xeyir|necəsən|necəsiniz"
        ),
        "thanks": (
            "təşəkkür|təşəkkürlər|təşəkkür edirəm|çox təşəkkür edirəm|sağ ol|sağ olun|sağol|çox sağ ol|çox sağ olun"
            "|minnətdaram"
        ),
        "goodbye": "sağlıqla|hələlik|görüşənədək|xudahafiz|gecəniz xeyrə qalsın|gecən xeyrə qalsın|gecəniz xeyrə",
        "noted": "oldu|yaxşı|çox yaxşı|əla|bəli|xeyr|tamam|aydındır|başa düşdüm",
        "help": (
            "kömək|kömək et|kömək edin|mənə kömək et|nə edə bilirsən|nə edə bilərsən|nə edə bilirsiniz"
            "|nə edə bilərsiniz|nə bilirsən|nə soruşa bilərəm|nə soruşmaq olar"
        ),
        "identity": "sən kimsən|siz kimsiniz|kimsən|kimsiniz|sən nəsən|adın nədir|adınız nədir|sən botsan",
        "courtesy": "zəhmət olmasa|xahiş edirəm|çox|sizə|sənə",
    },
)
