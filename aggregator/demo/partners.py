"""The invented partners of the demo and their news: who publishes what, in which form, and when.

`after` is when an item appears, in seconds after the start; negative ones are there from the beginning. A `copy_of`
points to another partner's item: the same article address, passed on.
"""

from dataclasses import dataclass
from typing import Literal

Form = Literal["rss", "atom", "json", "rss-latin1", "page"]


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """One item of a partner."""

    slug: str
    title: str
    teaser: str
    after: int = -3600
    copy_of: str = ""  # "partner/slug"
    shows: str = ""  # what is to be seen on its picture; "" for none


@dataclass(frozen=True, kw_only=True, slots=True)
class Partner:
    """One partner with a server of its own. `trouble`: what goes wrong there, for the tour."""

    id: str
    organisation: str
    form: Form
    labels: tuple[str, ...]
    news: tuple[News, ...]
    images: bool = False  # it allows its pictures to be shown
    trouble: Literal["", "busy", "moved", "broken-entry", "redesigned"] = ""


HOUR = 3600

PARTNERS = (
    Partner(
        id="techniekcollege",
        organisation="Techniekcollege Maasdelta",
        form="rss",
        labels=("zuid", "mbo"),
        images=True,
        news=(
            News(
                slug="meer-eerstejaars",
                title="Twaalf procent meer eerstejaars kiest voor een technische opleiding",
                teaser="De instroom in de technische mbo-opleidingen groeit vooral bij mechatronica en "
                "installatietechniek. Meer vmbo-leerlingen kozen dit jaar een technisch profiel.",
                shows="Tandwielen uit de werkplaats mechatronica",
                after=-2 * HOUR,
            ),
            News(
                slug="open-werkplaats",
                title="Open werkplaats: 240 leerlingen lassen, solderen en programmeren een dag mee",
                teaser="Leerlingen uit groep 8 en de brugklas maakten kennis met techniek in de werkplaatsen van "
                "het college.",
                shows="Twee tandwielen die leerlingen zelf maakten",
                after=-26 * HOUR,
            ),
            News(
                slug="girlsday",
                title="Girls' Day: 84 bedrijven openen hun deuren voor meisjes",
                teaser="Drieduizend leerlingen van vmbo en havo kijken achter de schermen bij technische bedrijven.",
                after=25,
            ),
        ),
    ),
    Partner(
        id="werkgevers",
        organisation="Werkgeversvereniging Metaal & Installatie",
        form="atom",
        labels=("landelijk", "metaal"),
        news=(
            News(
                slug="omscholing-warmtepomp",
                title="Negenhonderd monteurs volgen bijscholing warmtepompen",
                teaser="Met geld uit het opleidings- en ontwikkelfonds scholen werkenden zich bij. Ook "
                "werkzoekenden worden omgeschoold tot installatiemonteur.",
                after=-5 * HOUR,
            ),
            News(
                slug="cao",
                title="Onderhandelaars bereiken akkoord over loon en pensioen",
                teaser="De lonen stijgen in twee stappen. Over de pensioenregeling wordt verder gesproken.",
                after=-30 * HOUR,
            ),
            News(
                slug="slim",
                title="SLIM-regeling: mkb-bedrijven krijgen subsidie voor leercultuur",
                teaser="Bedrijven in de techniek kunnen tot en met eind maart subsidie aanvragen om leren op de "
                "werkvloer gewoon te maken.",
                after=50,
            ),
        ),
    ),
    Partner(
        id="regio-oost",
        organisation="Regionaal Techniekpact Oost",
        form="json",
        labels=("oost", "regio"),
        images=True,
        news=(
            News(
                slug="campus",
                title="School en bedrijven tekenen voor techniekcampus aan het kanaal",
                teaser="In deze publiek-private samenwerking delen acht bedrijven en het mbo de kosten van een "
                "praktijklokaal. De provincie draagt bij.",
                shows="Twee tandwielen die in elkaar grijpen",
                after=-8 * HOUR,
            ),
            News(
                slug="stageplekken",
                title="Afspraak over 300 extra stageplekken in de maakindustrie",
                teaser="Leerbedrijven en scholen maken afspraken over leerbanen en begeleiding.",
                after=75,
            ),
        ),
    ),
    Partner(
        id="lerarennetwerk",
        organisation="Netwerk Techniekdocenten",
        form="rss-latin1",
        labels=("landelijk",),
        news=(
            News(
                slug="hybride-docent",
                title="Hybride docenten: twee dagen voor de klas, drie dagen in het bedrijf",
                teaser="Veertig vakmensen begonnen als hybride docent techniek. Hun lesbevoegdheid halen zij met een "
                "PDG-traject naast het werk.",
                after=-12 * HOUR,
            ),
            News(
                slug="docentenstage",
                title="Docentenstage brengt bètaleraren een week naar de chipmachinefabriek",
                teaser="Nascholing in het bedrijf: natuurkundedocenten ontwerpen er nieuwe praktijkopdrachten.",
                after=-50 * HOUR,
            ),
        ),
    ),
    Partner(
        id="vakblad",
        organisation="Vakblad Techniek & Onderwijs",
        form="rss",
        labels=("landelijk", "pers"),
        trouble="broken-entry",
        news=(
            News(
                slug="kopie-campus",
                title="Acht bedrijven stappen in campus voor techniek",
                teaser="Acht bedrijven en het mbo delen de kosten van een praktijklokaal aan het kanaal. De provincie "
                "draagt bij aan deze publiek-private samenwerking. Bron: Regionaal Techniekpact Oost.",
                after=-7 * HOUR,
            ),
            News(
                slug="kopie-girlsday",
                title="Girls' Day: 84 bedrijven openen hun deuren",
                teaser="Overgenomen van Techniekcollege Maasdelta.",
                after=35,
                copy_of="techniekcollege/girlsday",
            ),
            News(
                slug="column",
                title="Column: de grondhouding is dat scholen het beter weten",
                teaser="Waarom samenwerking tussen vmbo en bedrijfsleven begint met luisteren.",
                after=-70 * HOUR,
            ),
        ),
    ),
    Partner(
        id="scholenraad",
        organisation="Scholenraad",
        form="atom",
        labels=("landelijk", "vo"),
        trouble="busy",
        news=(
            News(
                slug="bekostiging",
                title="Bekostiging voortgezet onderwijs gaat per januari omhoog",
                teaser="Alle scholen krijgen een hoger bedrag per leerling.",
                after=-20 * HOUR,
            ),
            News(
                slug="sto",
                title="Sterk Techniekonderwijs: lessen techniek voor alle brugklassen",
                teaser="Leerlingen van het vmbo kiezen vaker een technisch profiel na een jaar techniekles.",
                after=-9 * HOUR,
            ),
        ),
    ),
    Partner(
        id="opleidingsfonds",
        organisation="Opleidingsfonds Techniek",
        form="rss",
        labels=("landelijk", "installatie"),
        trouble="moved",
        news=(
            News(
                slug="statushouders",
                title="Statushouders leren voor elektromonteur met baangarantie",
                teaser="Zij-instromers in de techniek krijgen een mbo-certificaat en een vaste baan na een half jaar "
                "werkend leren.",
                after=-15 * HOUR,
            ),
            News(
                slug="skillspaspoort",
                title="Skillspaspoort laat zien wat een vakman al kan",
                teaser="Werkenden in de techniek krijgen erkenning voor wat zij in de praktijk leerden.",
                after=100,
            ),
        ),
    ),
    Partner(
        id="bedrijvenschool",
        organisation="Bedrijvenschool De Werf",
        form="page",
        labels=("noord", "bedrijfsschool"),
        trouble="redesigned",
        news=(
            News(
                slug="leerbanen",
                title="Scheepswerven en school tekenen convenant over vijftig leerbanen",
                teaser="De bedrijfsschool, het mbo en zes werven leggen vast wie betaalt en wie begeleidt. Het "
                "convenant geldt vijf jaar.",
                after=-28 * HOUR,
            ),
            News(
                slug="lasopleiding",
                title="Werkzoekenden volgen lasopleiding met baangarantie",
                teaser="Twintig werkzoekenden worden in een half jaar omgeschoold tot lasser. Na het mbo-certificaat "
                "wacht een vaste baan.",
                after=-52 * HOUR,
            ),
            News(
                slug="instructeurs",
                title="Instructeurs van de werf geven gastlessen metaaltechniek op het vmbo",
                teaser="Leerlingen van het vmbo maken kennis met lassen en plaatwerk. Meer leerlingen kiezen daarna "
                "een technisch profiel.",
                after=-76 * HOUR,
            ),
            News(
                slug="zomerschool",
                title="Zomerschool techniek trekt honderd brugklassers naar de werf",
                teaser="Leerlingen bouwden in een week een boot en maakten kennis met technische beroepen.",
                after=-100 * HOUR,
            ),
            News(
                slug="fieldlab",
                title="Fieldlab voor duurzame scheepsbouw opent praktijklokaal voor mbo-studenten",
                teaser="Bedrijven en scholen richten het fieldlab samen in, met cofinanciering van de provincie.",
                after=90,
            ),
        ),
    ),
)

# What there is to see and when, in minutes and seconds after the start; {address} is where the demo answers.
TOUR = (
    "0:00   eight partners, each with a server: RSS, Atom, JSON Feed, an old encoding, and a page without a feed",
    "0:00   one entry of Vakblad is broken: it is skipped, the others come in",
    "0:00   wages and school funding are no technical-education news: they are kept out of the feed",
    '0:00   Vakblad tells the campus news in other words: one story of Techniekpact Oost, with "ook bij" on the page',
    "0:20   the Scholenraad's server says 503 for half a minute; it is left alone, and comes back by itself",
    "0:25   new items start to appear; {address}/feeds/all.atom grows, nothing in it moves",
    "1:00   De Werf redesigns its page, with other addresses: nothing old comes back as new, what is new still comes",
    "       Opleidingsfonds moved its feed for good: after three good polls the new address is used",
    "       Techniekcollege and Techniekpact Oost allow pictures: made anew and served from here, with who made them",
)
