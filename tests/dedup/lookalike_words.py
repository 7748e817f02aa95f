"""The words that look-alikes are made with; see lookalikes.py. Schools, companies and people are invented."""

MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)
EDITIONS = (
    *("tweede", "derde", "vierde", "vijfde", "zesde", "zevende", "achtste", "negende", "tiende", "elfde"),
    *("2e", "3e", "4e", "5e", "6e", "7e", "8e", "9e", "10e"),
)
NUMBERS = (
    *("twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien", "elf", "twaalf", "dertien", "veertien"),
    *("vijftien", "zestien", "achttien", "negentien", "twintig", "dertig", "veertig", "vijftig", "zestig", "zeventig"),
    *("tachtig", "honderd", "tweehonderd", "driehonderd", "vijfhonderd", "duizend", "tweeduizend", "drieduizend"),
)
LEVELS = ("vmbo", "mbo", "hbo", "havo", "vwo")
COMMON = {*MONTHS, *EDITIONS, *NUMBERS, *LEVELS}
PLACES = (
    *("Almelo", "Almere", "Amersfoort", "Apeldoorn", "Arnhem", "Assen", "Breda", "Delft", "Den Haag", "Den Helder"),
    *(
        "Deventer",
        "Doetinchem",
        "Dordrecht",
        "Drachten",
        "Ede",
        "Eindhoven",
        "Emmen",
        "Emmeloord",
        "Enschede",
        "Franeker",
    ),
    *("Goes", "Gorinchem", "Gouda", "Haarlem", "Harlingen", "Heerenveen", "Heerlen", "Helmond", "Hengelo", "Hilversum"),
    *("Hoogeveen", "Hoogezand", "Hoorn", "Leeuwarden", "Leiden", "Lelystad", "Lichtenvoorde", "Maastricht", "Meppel"),
    *("Middelburg", "Nieuwegein", "Nijmegen", "Oss", "Purmerend", "Raalte", "Roermond", "Roosendaal", "Rotterdam"),
    *(
        "Sittard",
        "Sneek",
        "Stein",
        "Terneuzen",
        "Tiel",
        "Tilburg",
        "Utrecht",
        "Veendam",
        "Veghel",
        "Venlo",
        "Vlaardingen",
    ),
    *("Vlissingen", "Weert", "Winterswijk", "Zaandam", "Zeewolde", "Zoetermeer", "Zutphen", "Zwolle"),
)
REGIONS = (
    *("Brabant", "Drenthe", "Flevoland", "Foodvalley", "Friesland", "Gelderland"),
    *("IJmond", "Limburg", "Noord-Holland", "Overijssel", "Rijnmond", "Rivierenland", "Salland", "Twente", "Waterland"),
    *("Zeeland", "Zuid-Holland"),
)
SCHOOLS = (
    *("ROC Waterpoort", "ROC Eemland", "ROC Landerveen", "Hogeschool Duinrand", "Hogeschool Ter Leede"),
    *("Vakcollege De Leest", "Vakcollege Meerkant", "Techniekcollege Oevers", "Lyceum Sterrenbos", "Lyceum De Wissel"),
    *("Mbo-college Havenhoofd", "Praktijkschool De Vang", "Scholengroep Dommelrijk", "Scholengroep Noordzij"),
)
COMPANIES = (
    *("Installatiebedrijf Verhagen", "Machinefabriek Dokter", "Bouwbedrijf Ten Have", "Van Rossum Elektro"),
    *("Metaalwerken Oosterhof", "Koeltechniek Baars", "Scheepswerf De Ankerplaats", "Netwerkbedrijf Lindestroom"),
    *("Dakwerken Stam", "Verspaning Kuipers", "Liftenbouw Hagenaar", "Timmerfabriek Wolfs"),
)
PERSONS = (
    *("Karin Oldenhof", "Samir Chaouki", "Jelmer Dijkgraaf", "Noortje van Aalst", "Ruben Tjalma", "Fatima Özkan"),
    *("Gert-Jan Polman", "Hanneke Vrolijk", "Marco Silvestri", "Sofie Brandsma", "Daan Wijnstok", "Elif Kaya"),
)
YEARS = tuple(str(year) for year in range(2021, 2030))
VALUES = {
    "year": YEARS,
    "edition": EDITIONS,
    "place": PLACES,
    "region": REGIONS,
    "school": SCHOOLS,
    "company": COMPANIES,
    "person": PERSONS,
    "month": MONTHS,
    "level": LEVELS,
}
# How a title without such a thing takes one, and what the text then says of it; one form of each puts it in front.
INSERTIONS = {
    "year": (
        ("Terugblik {value}: {title}", "Dat was het beeld in {value}."),
        ("{title} in {value}", ""),
        ("{title} ({value})", "Deze gegevens gaan over {value}."),
    ),
    "date": (
        ("{value}: {title}", "Aanmelden kan tot {value}."),
        ("{title} op {value}", ""),
        ("{title}: kom op {value}", "Op {value} staat de deur open."),
    ),
    "number": (
        ("{value} deelnemers: {title}", "In totaal deden {value} mensen mee."),
        ("{title}, {value} euro beschikbaar", "Er is {value} euro beschikbaar."),
        ("{title}, al {value} aanmeldingen", ""),
    ),
    "edition": (
        ("Voor de {value} keer: {title}", ""),
        ("{value} editie: {title}", "Het is de {value} editie."),
        ("{title} ({value} ronde)", "Voor de {value} ronde is nieuw geld beschikbaar."),
    ),
    "place": (
        ("{value}: {title}", ""),
        ("{title} in {value}", "De bijeenkomst is in {value}."),
        ("{title}, nu ook in {value}", "Na de zomer begint ook {value}."),
    ),
    "region": (
        ("Regio {value}: {title}", "De regio {value} trekt hiervoor geld uit."),
        ("{title} in {value}", ""),
    ),
    "school": (
        ("{value}: {title}", ""),
        ("{title}, meldt {value}", "Dat meldt {value}."),
        ("{title} bij {value}", "Studenten van {value} doen mee."),
    ),
    "company": (
        ("{value}: {title}", ""),
        ("{title}, ook bij {value}", "{value} ontving de eerste groep."),
        ("{title} met hulp van {value}", ""),
    ),
    "person": (
        ("{value}: {title}", ""),
        ("{title}, vertelt {value}", "Aan het woord is {value}."),
        ("In gesprek met {value}: {title}", "We spraken erover met {value}."),
    ),
    "month": (
        ("Nieuwsbrief {value}: {title}", ""),
        ("Monitor {value}: {title}", "De cijfers gaan over {value}."),
        ("{title} (update {value})", ""),
    ),
    "level": (
        ("{value}: {title}", ""),
        ("{title} op het {value}", "De plannen gelden voor het {value}."),
    ),
}
KINDS = tuple(INSERTIONS)

PUBLISHERS = (
    ("Techniekpact", "techniekpact.example"),
    ("Wij Techniek", "wijtechniek.example"),
    ("MBO Raad", "mboraad.example"),
    ("Platform Talent voor Technologie", "ptvt.example"),
    ("Metaalblad", "metaalblad.example"),
    ("Onderwijspost", "onderwijspost.example"),
    ("De Streekbode", "streekbode.example"),
    ("Techniekhuis Oever", "techniekhuisoever.example"),
)
SYNONYMS = (
    *(("docenten", "leraren"), ("leraren", "docenten"), ("leerlingen", "scholieren"), ("bedrijven", "ondernemingen")),
    *(("krijgt", "ontvangt"), ("krijgen", "ontvangen"), ("start", "begint"), ("kiezen", "gaan voor")),
    *(("meisjes", "meiden"), ("monteurs", "installateurs"), ("werkplaats", "praktijkruimte"), ("ruim", "meer dan")),
)
KICKERS = ("Nieuws: ", "Actueel | ", "Persbericht: ", "Nieuws - ", "VIDEO | ")
CREDITS = ("Foto: {publisher}", "© {publisher}", "Beeld: Marit Haan", "Foto: Unsplash", "Fotografie: Wouter Prins")
LOCAL_PARAGRAPHS = (
    "Ook in {place} wordt ernaar uitgekeken. {publisher} verwacht een volle zaal en vraagt gasten te gaan fietsen.",
    "{publisher} is er blij mee. 'Wij merken hier in {place} al langer dat er behoefte aan is', zegt een woordvoerder.",
    "Wie in {place} woont en meer wil weten, kan op werkdagen binnenlopen bij {publisher}. De koffie staat klaar.",
    "In {place} ging iets soortgelijks vorig jaar niet door. {publisher} hoopt dat het nu beter loopt.",
)
