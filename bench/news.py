"""What the partners of a simulated desk bring: the starter set, the demo's news, and kinds of news that recur.

Editors differ from the starter in what they hold of a kind, week after week ("a guest lesson by a company is, with us,
public-private cooperation"). So each recurring kind has themes that a desk could well hold; a world draws one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from aggregator.demo.partners import PARTNERS
from aggregator.tag.examples import Example, starter

OFF_TOPIC = "off-topic"
INFLOW, TEACHERS = "instroom", "lerarentekort-en-professionalisering"
TOGETHER, FOR_LIFE = "publiek-privaat-samenwerken", "leven-lang-ontwikkelen"
OF_THE_DEMO = {  # what the demo's news is about, by the words of config/themes.toml
    INFLOW: ("meer-eerstejaars", "open-werkplaats", "girlsday", "sto", "zomerschool"),
    TEACHERS: ("hybride-docent", "docentenstage", "instructeurs"),
    TOGETHER: ("campus", "stageplekken", "leerbanen", "fieldlab"),
    FOR_LIFE: ("omscholing-warmtepomp", "slim", "statushouders", "skillspaspoort", "lasopleiding"),
    OFF_TOPIC: ("cao", "bekostiging"),
}
PLACES = (
    "Almelo",
    "Breda",
    "Delft",
    "Ede",
    "Gouda",
    "Heerlen",
    "Kampen",
    "Meppel",
    "Sittard",
    "Zwolle",
    "Assen",
    "Bergen",
    "Doetinchem",
    "Emmen",
    "Goes",
    "Hoorn",
    "Leiden",
    "Oss",
    "Roermond",
    "Tiel",
    "Venlo",
    "Weert",
    "Zeist",
    "Zutphen",
)


@dataclass(frozen=True, kw_only=True)
class Recurring:
    """A kind of news that comes back: its wordings ({} is a place), and what a desk may hold it to be."""

    name: str
    held: Sequence[str]
    titles: Sequence[str]
    texts: Sequence[str]

    def news(self, theme: str, chance: Random, count: int) -> Iterator[Example]:
        """So many different ones, all of the theme that a desk holds them to be."""
        every = [(title, place) for title in self.titles for place in PLACES]
        for number, (title, place) in enumerate(chance.sample(every, count)):
            yield Example(
                id=f"{self.name}-{number}",
                title=title.format(place),
                text=" ".join(chance.sample(list(self.texts), 2)).format(place),
                theme=theme,
                organisation=f"{chance.choice(('Vakschool', 'Techniekhuis', 'Regio'))} {place}",
            )


RECURRING = (
    Recurring(
        name="reparatiecafe",
        held=(INFLOW, FOR_LIFE, TOGETHER, OFF_TOPIC),
        titles=(
            "Reparatiecafé in {} zoekt handen",
            "Drukte bij het reparatiecafé van {}",
            "Een jaar reparatiecafé {}",
            "Kapotte fietsen en broodroosters: reparatiecafé {} opent weer",
        ),
        texts=(
            "Vrijwilligers en leerlingen halen samen apparaten uit elkaar.",
            "Bezoekers brachten honderd kapotte spullen mee.",
            "De bijeenkomst is elke tweede zaterdag in het buurthuis van {}.",
            "Wie wil, leert er solderen.",
        ),
    ),
    Recurring(
        name="gastles",
        held=(TOGETHER, TEACHERS, INFLOW),
        titles=(
            "Monteur geeft gastles op school in {}",
            "Gastles over warmtenetten in {}",
            "Ingenieurs voor de klas: gastlessen in {}",
            "Weer een reeks gastlessen in {}",
        ),
        texts=(
            "De klas kreeg bezoek van een vakman uit de buurt.",
            "Een bedrijf uit {} stelde een uur beschikbaar en nam gereedschap mee.",
            "Na afloop waren er veel vragen.",
            "De gastles wordt volgende maand herhaald.",
        ),
    ),
    Recurring(
        name="vakwedstrijd",
        held=(INFLOW, TOGETHER, FOR_LIFE),
        titles=(
            "Vakwedstrijd metselen in {}",
            "{} levert winnaar van de vakwedstrijd",
            "Voorronde vakwedstrijden in {} druk bezocht",
            "Vakwedstrijd {}: twaalf deelnemers, drie medailles",
        ),
        texts=(
            "De deelnemers kregen drie uur voor hun werkstuk.",
            "Een jury van vakmensen beoordeelde het resultaat.",
            "De winnaar gaat door naar de finale.",
            "Het publiek in {} stond rijen dik.",
        ),
    ),
    Recurring(
        name="meeloopdag",
        held=(TEACHERS, TOGETHER, FOR_LIFE),
        titles=(
            "Leraren uit {} lopen een dag mee in de fabriek",
            "Meeloopdag voor leraren in {}",
            "Wat leraren in {} leerden van een dag op de werkvloer",
            "Bedrijven in {} ontvangen leraren op meeloopdag",
        ),
        texts=(
            "Zestien leraren trokken een overall aan.",
            "Zij zagen hoe een order van tekening tot levering gaat.",
            "De meeloopdag komt twee keer per jaar terug.",
            "Een bedrijf in {} gaf een rondleiding.",
        ),
    ),
    Recurring(
        name="oudleerling",
        held=(INFLOW, FOR_LIFE, TOGETHER),
        titles=(
            "Oud-leerling aan het woord: van {} naar de offshore",
            "Oud-leerling uit {} begint eigen installatiebedrijf",
            "Hoe gaat het met onze oud-leerling in {}?",
            "Oud-leerling {} vertelt over haar werk als tekenaar",
        ),
        texts=(
            "In deze rubriek spreken wij iemand die eerder bij ons leerde.",
            "Na het diploma volgden een baan, een cursus en een verhuizing.",
            "Wij zochten haar op in {}.",
            "Het vak bleek breder dan gedacht.",
        ),
    ),
    Recurring(
        name="machinefonds",
        held=(TOGETHER, INFLOW, TEACHERS),
        titles=(
            "Nieuwe draaibank voor de school in {}",
            "Fonds betaalt freesmachine in {}",
            "School {} krijgt lasrobot",
            "Practicumlokaal in {} heeft nieuwe machines",
        ),
        texts=(
            "De machine werd vrijdag in gebruik genomen.",
            "Een fonds in {} betaalde de helft.",
            "De oude machine was veertig jaar oud.",
            "Leerlingen mochten als eersten aan de knoppen.",
        ),
    ),
    Recurring(
        name="avondles",
        held=(FOR_LIFE, INFLOW, OFF_TOPIC),
        titles=(
            "Avondlessen houtbewerking beginnen in {}",
            "Volle bak bij avondlessen elektra in {}",
            "Avondles lassen voor buurtbewoners van {}",
            "Nog plaats bij de avondlessen in {}",
        ),
        texts=(
            "De reeks duurt acht avonden en begint na de herfst.",
            "Deelnemers nemen hun eigen klus mee.",
            "De jongste is zestien, de oudste tachtig.",
            "Het lokaal in {} is tot tien uur open.",
        ),
    ),
    Recurring(
        name="personalia",
        held=(OFF_TOPIC,),
        titles=(
            "Personalia: nieuwe bestuurder voor techniekschool {}",
            "Afscheid van de directeur in {}",
            "Personalia {}: drie jubilarissen",
            "Nieuw lid van de raad van toezicht in {}",
        ),
        texts=(
            "De school nam met een receptie afscheid.",
            "Zij was eerder wethouder in {}.",
            "Het bestuur dankt hem voor zijn inzet voor het technisch onderwijs.",
            "De benoeming gaat op de eerste van de maand in.",
        ),
    ),
    Recurring(
        name="bouwnieuws",
        held=(OFF_TOPIC,),
        titles=(
            "Dak van technieklokaal {} lekt niet meer",
            "Fietsenstalling bij de vakschool in {} verbouwd",
            "Nieuwbouw school {} ligt op schema",
            "Parkeren bij de school in {}: zo rijdt u vanaf maandag",
        ),
        texts=(
            "De aannemer is in de vakantie klaar.",
            "Omwonenden in {} kregen een brief.",
            "Leerlingen gebruiken zolang de achteringang.",
            "De gemeente verleende de vergunning.",
        ),
    ),
)


def of_everyone() -> list[Example]:
    """The starter set and the demo's news: what starter and desk agree about."""
    return [*starter(), *of_the_demo()]


def of_the_demo() -> list[Example]:
    """The demo network's news, as far as OF_THE_DEMO says what it is about."""
    themes = {slug: theme for theme, slugs in OF_THE_DEMO.items() for slug in slugs}
    return [
        Example(
            id=f"{partner.id}/{news.slug}",
            title=news.title,
            text=news.teaser,
            theme=themes[news.slug],
            organisation=partner.organisation,
        )
        for partner in PARTNERS
        for news in partner.news
        if news.slug in themes
    ]
