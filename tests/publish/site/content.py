"""Invented news in the form of the real thing; the first five items are the texts of an old front page."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from aggregator.model import Entry, Evidence, Item, Precision, Site, Source, State, Story, Tags, Theme
from aggregator.publish.site import Front, PartnerStatus
from aggregator.text.dates import amsterdam_day

INSTROOM, LERAREN, PPS, LLO = (
    "instroom",
    "lerarentekort-en-professionalisering",
    "publiek-privaat-samenwerken",
    "leven-lang-ontwikkelen",
)

THEMES = (
    Theme(
        slug=INSTROOM,
        label={"nl": "Instroom", "en": "Inflow into technical education"},
        definition={
            "nl": "Kinderen, leerlingen en jonge studenten op weg naar of in een technische opleiding, van basisschool "
            "tot hbo en universiteit: wie en hoeveel er voor techniek kiezen, doorstromen of afhaken.",
            "en": "Children, pupils and young students on their way into or within a technical programme, from primary "
            "school to university: who and how many choose technology, move on or drop out.",
        },
    ),
    Theme(
        slug=LERAREN,
        label={
            "nl": "Lerarentekort en -professionalisering",
            "en": "Teacher shortage and professional development",
        },
        definition={
            "nl": "Genoeg en goed toegeruste leraren, docenten en instructeurs voor techniek, bèta en ICT: tekorten en "
            "vacatures, lerarenopleidingen, zij-instroom in het leraarsberoep.",
            "en": "Enough and well-equipped teachers and instructors for technology, STEM and ICT: shortages and "
            "vacancies, teacher training, lateral entry into teaching.",
        },
    ),
    Theme(
        slug=PPS,
        label={"nl": "Publiek-privaat samenwerken", "en": "Public-private cooperation"},
        definition={
            "nl": "Scholen en bedrijven, vaak met een overheid erbij, die technisch onderwijs samen inrichten, betalen "
            "of uitvoeren. Het nieuws is de samenwerking zelf.",
            "en": "Schools and companies, often with a public authority, jointly setting up, paying for or running "
            "technical education. The cooperation itself is the news.",
        },
    ),
    Theme(
        slug=LLO,
        label={"nl": "Leven lang ontwikkelen", "en": "Lifelong learning and development"},
        definition={
            "nl": "Volwassenen die na hun eerste opleiding leren in of voor een technisch beroep: werkenden die "
            "bijscholen, werkzoekenden en overstappers die worden omgeschoold.",
            "en": "Adults learning in or towards a technical occupation after their initial education: workers taking "
            "further training, job-seekers and career switchers being retrained.",
        },
    ),
)

SITE = Site(
    title="Technieknieuws",
    base_url="https://nieuws.example",
    tag_authority="techniekpact.nl,2022",
    subtitle="Nieuws over technisch onderwijs van de partners van het Techniekpact",
    contact="redactie@nieuws.example",
    themes=THEMES,
)

NAMES = {
    "techniekpact": "Techniekpact",
    "ptvt": "Platform Talent voor Technologie",
    "sto": "Sterk Techniekonderwijs",
    "katapult": "Katapult",
    "vhto": "VHTO",
    "techniek-nederland": "Techniek Nederland",
    "wij-techniek": "Wij Techniek",
    "fme": "FME",
    "bouwend-nederland": "Bouwend Nederland",
    "mbo-raad": "MBO Raad",
    "sbb": "SBB",
    "metaalunie": "Koninklijke Metaalunie",
}
SOURCES: Mapping[str, Source] = {
    id: Source(id=id, organisation=name, url=f"https://www.{id}.example/nieuws") for id, name in NAMES.items()
}
STATUSES = tuple(
    PartnerStatus(source=source, code="fetched", polled_on=date(2022, 7, 4), items=3) for source in SOURCES.values()
)
COUNTS = {INSTROOM: 48, LERAREN: 21, PPS: 36, LLO: 1}

# day, source, kicker, title, teaser, themes, other sources
NEWS = (
    (
        "2022-06-30", "techniekpact", "Nieuws", "Bouwopleidingen, hoe staan ze er voor?",
        "Het aandeel leerlingen dat instroomt op het mbo en kiest voor bouw en techniek ligt jaarlijks tussen de 11% "
        "en 14%. Dit schooljaar (2021/2022) lag het aandeel op 12%.",
        (INSTROOM,), ("bouwend-nederland",),
    ),
    (
        "2022-06-30", "techniekpact", "Nieuws", "‘De grondhouding is: scholen weten het beter dan jij!’",
        "Quirien van Ojen is programmamanager Sterk Techniekonderwijs (STO) in de regio IJmond/Zuid-Kennemerland. Een "
        "van de succesvoorbeelden van geslaagde regionale samenwerking binnen het vmbo én tussen...",
        (PPS, INSTROOM), (),
    ),
    (
        "2022-06-30", "techniekpact", "Nieuws",
        "‘De beste garantie voor een diploma is een gemotiveerde student’",
        "Hoe zorgen we dat meer vo-leerlingen voor een technische vervolgstudie kiezen? Dat is een van de "
        "doelstellingen van de regionale VO-HO Netwerken. Het is ook de vraag die centraal stond in een tweegesprek...",
        (INSTROOM,), (),
    ),
    (
        "2022-06-30", "techniekpact", "Nieuws", "Doorstroom techniekvmbo’ers",
        "Waar dit schooljaar (2021/22) het aandeel leerlingen vmbo beroepsgericht dat een technisch profiel koos "
        "stabiel bleef, is het aandeel leerlingen met een bètatechnisch vakkenpakket binnen de theoretische...",
        (INSTROOM,), (),
    ),
    (
        "2022-06-22", "techniekpact", "Column",
        "Verweef technologische en digitale vaardigheden in elke opleiding",
        "Recente cijfers laten zien dat de instroom in het profiel natuur en techniek op havo/vwo dalende is. De "
        "cijfers qua afgestudeerden in ons hoger onderwijs zijn nog steeds positief, maar de dalende...",
        (INSTROOM,), (),
    ),
    (
        "2022-07-01", "wij-techniek", "", "Monteurs leren in vier avonden een warmtepomp inregelen",
        "Wie al in de installatietechniek werkt, kan vanaf september in zeven plaatsen naar de avondcursus. De "
        "deelnemers betalen niets: het opleidingsfonds van de sector draagt de kosten.",
        (LLO,), ("techniek-nederland", "fme"),
    ),
    (
        "2022-06-28", "mbo-raad", "", "Twintig hybride docenten beginnen na de zomer",
        "Ze staan twee dagen voor de klas en werken drie dagen in hun eigen bedrijf. De scholen in de regio betalen "
        "samen hun opleiding.",
        (LERAREN, PPS), (),
    ),
    (
        "2022-06-27", "katapult", "Interview", "Samen één werkplaats, ook als het even tegenzit",
        "Drie bedrijven en een mbo-school delen sinds vijf jaar een werkplaats. De coördinator vertelt wat er misging "
        "en waarom niemand is afgehaakt.",
        (PPS,), (),
    ),
    (
        "2022-06-20", "vhto", "", "Rolmodellen gezocht voor Girls’ Day",
        "Ruim driehonderd bedrijven doen mee. Er zijn nog vrouwen nodig die over hun technische beroep vertellen.",
        (INSTROOM,), (),
    ),
    (
        "2022-05-31", "fme", "", "Nieuwe afspraken over stageplaatsen in de maakindustrie",
        "",
        (PPS,), ("metaalunie",),
    ),
    (
        "", "sbb", "", "Leerbanen in de techniek: waar is nog plaats?",
        "Op de kaart staan per regio de bedrijven die een leerling kunnen begeleiden.",
        (), (),
    ),
)  # fmt: skip


def story(number: int = 0, **entry: object) -> Story:
    """The story of one row of NEWS; `entry` overrides what its partner says."""
    day, source, kicker, title, teaser, themes, others = NEWS[number % len(NEWS)]
    published = amsterdam_day(date.fromisoformat(day)) if day else None
    said: dict[str, object] = {
        "title": title,
        "summary": teaser,
        "kicker": kicker,
        "published": published,
        "date_precision": Precision.DAY if day else None,
        "date_evidence": Evidence.TEXT if day else None,
        "link": f"https://www.{source}.example/nieuws/{number}",
    }
    seen = datetime(2022, 7, 2, 9, 30, tzinfo=UTC) - timedelta(minutes=number)
    items = [_item(number, source, seen, said | entry)]
    items += [_item(number, other, seen, said | {"link": f"https://www.{other}.example/{number}"}) for other in others]
    return Story(
        id=f"tag:techniekpact.nl,2022:story/s{number:04}",
        items=tuple(items),
        tags=Tags(theme=themes[0] if themes else None, second_theme=themes[1] if len(themes) > 1 else None),
        state=State.PUBLISHED,
        released=seen,
        updated=seen,
    )


def front(**changed: object) -> Front:
    """A normal day."""
    values: dict[str, object] = {
        "stories": [story(number) for number in range(len(NEWS))],
        "sources": SOURCES,
        "counts": COUNTS,
        "statuses": STATUSES,
        "today": date(2022, 7, 4),
        "looked_on": date(2022, 7, 4),
        "total": len(SOURCES),
        "tried": len(SOURCES),
        "unreachable": 0,
    }
    return Front(**(values | changed))  # type: ignore[arg-type]  # a test's shorthand


def _item(number: int, source: str, seen: datetime, said: dict[str, object]) -> Item:
    return Item(key=f"{source}-{number}", source_id=source, entry=Entry(**said), first_seen=seen)  # type: ignore[arg-type]
