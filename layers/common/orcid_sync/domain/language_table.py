"""Languages as the registry names them, with ISO 639 codes and the names that sources write.

One line each: the registry's code (Java's old codes `iw`, `in`, `ji` where it has them), ISO 639-2/-3 codes, names.
"""

from __future__ import annotations

LANGUAGES = """\
ab|abk|abkhazian, аԥсшәа
aa|aar|afar, qafar
af|afr|afrikaans
ak|aka|akan
sq|sqi alb|albanian, shqip
am|amh|amharic, አማርኛ
ar|ara|arabic, العربية, arabe, arabisch, árabe, arabo
an|arg|aragonese, aragonés
hy|hye arm|armenian, հայերեն
as|asm|assamese, অসমীয়া
av|ava|avaric
ae|ave|avestan
ay|aym|aymara
az|aze|azerbaijani, azərbaycan
bm|bam|bambara, bamanakan
ba|bak|bashkir, башҡорт теле
eu|eus baq|basque, euskara, baskisch, euskera, basco
be|bel|belarusian, беларуская
bn|ben|bengali, বাংলা, bangla
bh|bih|bihari languages
bi|bis|bislama
bs|bos|bosnian, bosanski
br|bre|breton, brezhoneg
bg|bul|bulgarian, български, bulgare, bulgarisch, búlgaro, bulgaro
my|mya bur|burmese, မြန်မာ
ca|cat|catalan, català, katalanisch, catalán, catalano, catalão
ch|cha|chamorro
ce|che|chechen, нохчийн
cu|chu|church slavic, церковнослове́нскїй
cv|chv|chuvash, чӑваш
kw|cor|cornish, kernewek
co|cos|corsican, corsu
cr|cre|cree
hr|hrv|croatian, hrvatski, croate, kroatisch, croata, croato
cs|ces cze|czech, čeština, tchèque, tschechisch, checo, ceco, tcheco
da|dan|danish, dansk, danois, dänisch, danés, danese, dinamarquês
dv|div|divehi, ދިވެހިބަސް
nl|nld dut|dutch, nederlands, néerlandais, niederländisch, neerlandés, olandese, holandês
dz|dzo|dzongkha, རྫོང་ཁ
en|eng|english, anglais, englisch, inglés, inglese, inglês
eo|epo|esperanto
et|est|estonian, eesti, estonien, estnisch, estonio, estone, estoniano
ee|ewe|ewe, eʋegbe
fo|fao|faroese, føroyskt
fj|fij|fijian
fi|fin|finnish, suomi, finnois, finnisch, finés, finlandese, finlandês
fr|fra fre|french, français, französisch, francés, francese, francês
fy|fry|western frisian, frysk
ff|ful|fulah, pulaar, fula
gl|glg|galician, galego, galicien, galicisch, gallego, galiziano
lg|lug|ganda, luganda
ka|kat geo|georgian, ქართული
de|deu ger|german, deutsch, allemand, alemán, tedesco, alemão
el|ell gre|modern greek, ελληνικά, greek, grec, griechisch, griego, greco, grego
kl|kal|kalaallisut
gn|grn|guarani, avañe’ẽ
gu|guj|gujarati, ગુજરાતી
ht|hat|haitian, kreyòl ayisyen, haitian creole
ha|hau|hausa
iw|he heb|hebrew, עברית, hébreu, hebräisch, hebreo, ebraico, hebraico
hz|her|herero
hi|hin|hindi, हिन्दी, híndi
ho|hmo|hiri motu
hu|hun|hungarian, magyar, hongrois, ungarisch, húngaro, ungherese
is|isl ice|icelandic, íslenska, islandais, isländisch, islandés, islandese, islandês
io|ido|ido
ig|ibo|igbo
in|id ind|indonesian, indonesia, indonésien, indonesisch, indonesio, indonesiano, indonésio
ia|ina|interlingua
ie|ile|interlingue
iu|iku|inuktitut, ᐃᓄᒃᑎᑐᑦ
ik|ipk|inupiaq
ga|gle|irish, gaeilge
it|ita|italian, italiano, italien, italienisch
ja|jpn|japanese, 日本語, japonais, japanisch, japonés, giapponese, japonês
jv|jav|javanese, jawa
kn|kan|kannada, ಕನ್ನಡ
kr|kau|kanuri
ks|kas|kashmiri, کٲشُر
kk|kaz|kazakh, қазақ тілі
km|khm|khmer, ខ្មែរ
ki|kik|kikuyu, gikuyu
rw|kin|kinyarwanda, ikinyarwanda
ky|kir|kirghiz, кыргызча, kyrgyz
kv|kom|komi
kg|kon|kongo
ko|kor|korean, 한국어, coréen, koreanisch, coreano
ku|kur|kurdish
kj|kua|kuanyama
lo|lao|lao, ລາວ
la|lat|latin, latina, latein, latín, latino, latim
lv|lav|latvian, latviešu, letton, lettisch, letón, lettone, letão
li|lim|limburgan
ln|lin|lingala, lingála
lt|lit|lithuanian, lietuvių, lituanien, litauisch, lituano
lu|lub|luba-katanga, tshiluba
lb|ltz|luxembourgish, lëtzebuergesch
mk|mkd mac|macedonian, македонски
mg|mlg|malagasy
ms|msa may|malay, melayu, malais, malaiisch, malayo, malese, malaio
ml|mal|malayalam, മലയാളം
mt|mlt|maltese, malti
gv|glv|manx, gaelg
mi|mri mao|maori, māori
mr|mar|marathi, मराठी
mh|mah|marshallese
mo|mol|moldavian
mn|mon|mongolian, монгол
na|nau|nauru
nv|nav|navajo, diné bizaad
ng|ndo|ndonga
ne|nep|nepali, नेपाली
nd|nde|north ndebele, isindebele
se|sme|northern sami, davvisámegiella
no|nor|norwegian, norsk, norvégien, norwegisch, noruego, norvegese, norueguês
nb|nob|norwegian bokmål, norsk bokmål, norvégien bokmål, noruego bokmal, norvegese bokmål, bokmål norueguês
nn|nno|norwegian nynorsk, norsk nynorsk, norvégien nynorsk, noruego nynorsk, norvegese nynorsk, nynorsk norueguês
ny|nya|chichewa, nyanja
oc|oci|occitan
oj|oji|ojibwa
or|ori|oriya, ଓଡ଼ିଆ, odia
om|orm|oromo, oromoo
os|oss|ossetian, ирон, ossetic
pi|pli|pali
pa|pan|panjabi, ਪੰਜਾਬੀ, punjabi
fa|fas per|persian, فارسی, persan, persisch, persa, persiano
pl|pol|polish, polski, polonais, polnisch, polaco, polacco, polonês
pt|por|portuguese, português, portugais, portugiesisch, portugués, portoghese
ps|pus|pushto, پښتو, pashto
qu|que|quechua, runasimi
rm|roh|romansh, rumantsch
ro|ron rum|romanian, română, roumain, rumänisch, rumano, rumeno, romeno
rn|run|rundi, ikirundi
ru|rus|russian, русский, russe, russisch, ruso, russo
sm|smo|samoan
sg|sag|sango, sängö
sa|san|sanskrit, संस्कृत भाषा
sc|srd|sardinian, sardu
gd|gla|scottish gaelic, gàidhlig
sr|srp|serbian, српски, serbe, serbisch, serbio, serbo, sérvio
sn|sna|shona, chishona
ii|iii|sichuan yi, ꆈꌠꉙ
sd|snd|sindhi, سنڌي
si|sin|sinhala, සිංහල
sk|slk slo|slovak, slovenčina, slovaque, slowakisch, eslovaco, slovacco
sl|slv|slovenian, slovenščina, slovène, slowenisch, esloveno, sloveno
so|som|somali, soomaali
nr|nbl|south ndebele, isindebele
st|sot|southern sotho, sesotho
es|spa|spanish, español, espagnol, spanisch, spagnolo, espanhol
su|sun|sundanese, basa sunda
sw|swa|swahili, kiswahili
ss|ssw|swati, siswati
sv|swe|swedish, svenska, suédois, schwedisch, sueco, svedese
tl|tgl|tagalog
ty|tah|tahitian
tg|tgk|tajik, тоҷикӣ
ta|tam|tamil, தமிழ்
tt|tat|tatar, татар
te|tel|telugu, తెలుగు
th|tha|thai, ไทย, thaï, thailändisch, tailandés, thailandese, tailandês
bo|bod tib|tibetan, བོད་སྐད་
ti|tir|tigrinya, ትግርኛ
to|ton|tonga, lea fakatonga, tongan
ts|tso|tsonga, xitsonga
tn|tsn|tswana, setswana
tr|tur|turkish, türkçe, turc, türkisch, turco
tk|tuk|turkmen, türkmen dili
tw|twi|twi
ug|uig|uighur, ئۇيغۇرچە, uyghur
uk|ukr|ukrainian, українська, ukrainien, ukrainisch, ucraniano, ucraino
ur|urd|urdu, اردو
uz|uzb|uzbek, o‘zbek
ve|ven|venda, tshivenḓa
vi|vie|vietnamese, tiếng việt, vietnamien, vietnamesisch, vietnamita
vo|vol|volapük
wa|wln|walloon, walon
cy|cym wel|welsh, cymraeg
wo|wol|wolof
xh|xho|xhosa, isixhosa
ji|yi yid|yiddish, ייִדיש
yo|yor|yoruba, èdè yorùbá
za|zha|zhuang, vahcuengh
zu|zul|zulu, isizulu
zh_CN|zh zho chi cmn|chinese, mandarin, mandarin chinese, simplified chinese, 中文, 汉语, 普通话, chinois, chinesisch
zh_TW||traditional chinese, 繁體中文, 正體中文, taiwanese mandarin"""
