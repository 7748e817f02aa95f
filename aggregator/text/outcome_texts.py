"""The sentences of outcomes.py: a table, to be read and corrected by people who write well.

A row is: whose side it is on, then in Dutch and in English what happened, what we do about it, and what the reader can
do. Sentences of at most twenty words, level B1. In braces stands what a fact fills in.
"""

from typing import Literal, NamedTuple

Language = Literal["nl", "en"]
Side = Literal["theirs", "ours", "network", "nobody"]


class Texts(NamedTuple):
    what: str
    we: str
    you: str


class Row(NamedTuple):
    side: Side
    nl: Texts
    en: Texts


DEFAULTS: dict[Language, dict[str, str]] = {
    "nl": {"moved_to": "een nieuw adres", "until": "het is er te druk"},
    "en": {"moved_to": "a new address", "until": "it is too busy"},
}

WHOSE: dict[Language, dict[Side, str]] = {
    "nl": {
        "theirs": "De oorzaak ligt bij de site van de partner.",
        "ours": "De oorzaak ligt bij ons of bij onze instellingen.",
        "network": "De oorzaak ligt ergens tussen ons en de site.",
        "nobody": "",
    },
    "en": {
        "theirs": "The cause lies with the partner’s site.",
        "ours": "The cause lies with us or with our settings.",
        "network": "The cause lies somewhere between us and the site.",
        "nobody": "",
    },
}

# What is said more than once.
NOTHING_NL, NOTHING_EN = "U hoeft niets te doen.", "There is nothing you need to do."
AGAIN_NL = "Wij proberen het straks opnieuw, en wachten steeds wat langer."
AGAIN_EN = "We try again soon, and wait a little longer each time."
SELDOM_NL = "Wij proberen het steeds minder vaak opnieuw."
SELDOM_EN = "We try again less and less often."
SAFE_NL = "Wij lezen het voor de veiligheid niet, en proberen het later opnieuw."
SAFE_EN = "To be safe we do not read it, and try again later."
OPEN_NL = "Open het adres in een browser. Lukt dat ook niet? Meld het aan de partner."
OPEN_EN = "Open the address in a browser. Does it fail there too? Tell the partner."
TELL_NL, TELL_EN = "Meld het aan de partner.", "Tell the partner."
ADDRESS_NL = "Open het adres in een browser en kijk of het nog goed is. Verander het zo nodig."
ADDRESS_EN = "Open the address in a browser and check that it is still right. Change it if needed."

ROWS: dict[str, Row] = {
    "fetched": Row(
        "nobody",
        Texts("Er is nieuw nieuws opgehaald.", "Wij lezen de bron op het gewone tijdstip weer.", NOTHING_NL),
        Texts("New news was fetched.", "We read the source again at its usual time.", NOTHING_EN),
    ),
    "unchanged": Row(
        "nobody",
        Texts(
            "Er is niets veranderd sinds de vorige keer.", "Wij lezen de bron op het gewone tijdstip weer.", NOTHING_NL
        ),
        Texts("Nothing has changed since the last time.", "We read the source again at its usual time.", NOTHING_EN),
    ),
    "moved": Row(
        "theirs",
        Texts(
            "De bron is verhuisd naar {moved_to}.",
            "Wij gebruiken voortaan het nieuwe adres.",
            "Kijk of het nieuwe adres bij dezelfde partner hoort.",
        ),
        Texts(
            "The source has moved to {moved_to}.",
            "We use the new address from now on.",
            "Check that the new address belongs to the same partner.",
        ),
    ),
    "gone": Row(
        "theirs",
        Texts(
            "De site zegt dat deze pagina voorgoed weg is.",
            "Wij vragen er niet meer naar.",
            "Vraag de partner naar het nieuwe adres, of verwijder de bron.",
        ),
        Texts(
            "The site says that this page is gone for good.",
            "We no longer ask for it.",
            "Ask the partner for the new address, or remove the source.",
        ),
    ),
    "throttled": Row(
        "theirs",
        Texts(
            "De site vraagt ons om later terug te komen: {until}.",
            "Wij wachten zo lang als de site vraagt.",
            "Niets. Gebeurt dit vaak? Stel een langere tussentijd in.",
        ),
        Texts(
            "The site asks us to come back later: {until}.",
            "We wait as long as the site asks.",
            "Nothing. Does it happen often? Set a longer interval.",
        ),
    ),
    "refused": Row(
        "theirs",
        Texts(
            "De site wil niet dat programma’s deze pagina lezen (robots.txt).",
            "Wij houden ons daaraan en lezen de pagina niet.",
            "Vraag de partner om toestemming, of om een feed.",
        ),
        Texts(
            "The site does not want programs to read this page (robots.txt).",
            "We respect that and do not read the page.",
            "Ask the partner for permission, or for a feed.",
        ),
    ),
    "failed": Row(
        "theirs", Texts("Het ophalen is niet gelukt.", AGAIN_NL, OPEN_NL), Texts("The visit failed.", AGAIN_EN, OPEN_EN)
    ),
    "refused-connection": Row(
        "theirs",
        Texts("De site neemt geen verbinding aan.", AGAIN_NL, OPEN_NL),
        Texts("The site does not accept a connection.", AGAIN_EN, OPEN_EN),
    ),
    "dns": Row(
        "network",
        Texts(
            "De naam van de site is niet te vinden op internet.",
            AGAIN_NL,
            "Kijk of het adres goed gespeld is en of de site nog bestaat.",
        ),
        Texts(
            "The name of the site cannot be found on the internet.",
            AGAIN_EN,
            "Check the spelling of the address and whether the site still exists.",
        ),
    ),
    "tls": Row(
        "theirs",
        Texts(
            "De beveiligde verbinding klopt niet, bijvoorbeeld door een verlopen certificaat.",
            "Wij lezen de site niet zolang dit zo is, en proberen het later opnieuw.",
            "Open het adres in een browser. Ziet u daar een waarschuwing? Meld het aan de partner.",
        ),
        Texts(
            "The secure connection is not right, for example because a certificate has expired.",
            "We do not read the site while this lasts, and try again later.",
            "Open the address in a browser. Do you see a warning? Tell the partner.",
        ),
    ),
    "timeout": Row(
        "theirs",
        Texts("De site gaf niet op tijd antwoord.", AGAIN_NL, OPEN_NL),
        Texts("The site did not answer in time.", AGAIN_EN, OPEN_EN),
    ),
    "connect-timeout": Row(
        "network",
        Texts(
            "Er kwam niet op tijd een verbinding met de site tot stand.",
            AGAIN_NL,
            "Open het adres in een browser. Lukt dat wel? Dan houdt de site of een firewall ons misschien tegen.",
        ),
        Texts(
            "No connection with the site was made in time.",
            AGAIN_EN,
            "Open the address in a browser. Does it work there? Then the site or a firewall may be keeping us out.",
        ),
    ),
    "too-large": Row(
        "theirs",
        Texts(
            "Het document is te groot.",
            "Wij lezen het niet, en proberen het later opnieuw.",
            "Vraag de partner om een feed met alleen het laatste nieuws.",
        ),
        Texts(
            "The document is too large.",
            "We do not read it, and try again later.",
            "Ask the partner for a feed with only the latest news.",
        ),
    ),
    "headers-too-large": Row(
        "theirs",
        Texts("Het antwoord van de site heeft een veel te grote kop.", AGAIN_NL, TELL_NL),
        Texts("The headers of the site’s answer are far too large.", AGAIN_EN, TELL_EN),
    ),
    "bomb": Row(
        "theirs",
        Texts(
            "Het antwoord is klein, maar wordt na uitpakken verdacht groot.",
            "Wij hebben het uitpakken gestopt en proberen het later opnieuw.",
            TELL_NL,
        ),
        Texts(
            "The answer is small, but becomes suspiciously large when unpacked.",
            "We stopped unpacking it and try again later.",
            TELL_EN,
        ),
    ),
    "private-address": Row(
        "ours",
        Texts(
            "Het adres ligt in een privé-netwerk. Daar mag dit programma niet komen.",
            "Wij maken geen verbinding.",
            "Klopt het adres? Dan kan de beheerder het toestaan met AGGREGATOR_FETCH_ALLOW.",
        ),
        Texts(
            "The address lies in a private network, where this program may not go.",
            "We make no connection.",
            "Is the address right? Then the operator can allow it with AGGREGATOR_FETCH_ALLOW.",
        ),
    ),
    "truncated": Row(
        "network",
        Texts(
            "Het antwoord brak halverwege af.",
            "Wij gebruiken geen half document, en proberen het straks opnieuw.",
            "Niets. Duurt het langer dan een dag? Meld het aan de partner.",
        ),
        Texts(
            "The answer broke off halfway.",
            "We do not use half a document, and try again soon.",
            "Nothing. Does it last longer than a day? Tell the partner.",
        ),
    ),
    "bad-encoding": Row(
        "theirs",
        Texts("Het antwoord is ingepakt op een manier die niet klopt.", AGAIN_NL, TELL_NL),
        Texts("The answer is packed in a way that is not right.", AGAIN_EN, TELL_EN),
    ),
    "bad-url": Row(
        "ours",
        Texts(
            "Dit is geen goed webadres.",
            "Wij kunnen er niets ophalen.",
            "Verbeter het adres. Het begint met https:// of http://.",
        ),
        Texts(
            "This is not a proper web address.",
            "We cannot fetch anything there.",
            "Correct the address. It starts with https:// or http://.",
        ),
    ),
    "bad-redirect": Row(
        "theirs",
        Texts(
            "De site stuurt ons door, maar naar een adres dat niet bestaat of niet mag.",
            "Wij blijven bij het oude adres en proberen het later opnieuw.",
            ADDRESS_NL,
        ),
        Texts(
            "The site sends us on, but to an address that does not exist or is not allowed.",
            "We stay with the old address and try again later.",
            ADDRESS_EN,
        ),
    ),
    "redirect-loop": Row(
        "theirs",
        Texts(
            "De site stuurt ons in een kring rond.",
            "Wij blijven bij het oude adres en proberen het later opnieuw.",
            ADDRESS_NL,
        ),
        Texts("The site sends us round in a circle.", "We stay with the old address and try again later.", ADDRESS_EN),
    ),
    "too-many-redirects": Row(
        "theirs",
        Texts(
            "De site stuurt ons te vaak door.",
            "Wij blijven bij het oude adres en proberen het later opnieuw.",
            ADDRESS_NL,
        ),
        Texts("The site sends us on too many times.", "We stay with the old address and try again later.", ADDRESS_EN),
    ),
    "protocol": Row(
        "theirs",
        Texts("De site gaf een antwoord dat wij niet begrijpen.", AGAIN_NL, OPEN_NL),
        Texts("The site gave an answer that we do not understand.", AGAIN_EN, OPEN_EN),
    ),
    "empty": Row(
        "theirs",
        Texts("De site gaf een leeg antwoord.", AGAIN_NL, OPEN_NL),
        Texts("The site gave an empty answer.", AGAIN_EN, OPEN_EN),
    ),
    "not-a-feed": Row(
        "theirs",
        Texts(
            "Op dit adres staat geen feed.", "Wij bewaren wat we al hadden en proberen het later opnieuw.", ADDRESS_NL
        ),
        Texts("There is no feed at this address.", "We keep what we had and try again later.", ADDRESS_EN),
    ),
    "html-page": Row(
        "theirs",
        Texts(
            "Op dit adres staat een gewone webpagina en geen feed.",
            "Wij bewaren wat we al hadden en proberen het later opnieuw.",
            "Zoek het adres van de feed, of maak van deze bron een pagina.",
        ),
        Texts(
            "At this address is an ordinary web page and no feed.",
            "We keep what we had and try again later.",
            "Find the address of the feed, or make this source a page.",
        ),
    ),
    "login-page": Row(
        "theirs",
        Texts(
            "De site vraagt ons om in te loggen.",
            "Wij loggen nergens in, en proberen het later opnieuw.",
            "Vraag de partner om een adres dat iedereen kan lezen.",
        ),
        Texts(
            "The site asks us to log in.",
            "We log in nowhere, and try again later.",
            "Ask the partner for an address that everyone can read.",
        ),
    ),
    "no-list": Row(
        "theirs",
        Texts(
            "Op deze pagina vinden wij geen lijst met nieuws.",
            "Wij bewaren wat we al hadden en proberen het later opnieuw.",
            "Open de pagina. Staat het nieuws nu ergens anders? Verander dan het adres.",
        ),
        Texts(
            "We find no list of news on this page.",
            "We keep what we had and try again later.",
            "Open the page. Is the news somewhere else now? Then change the address.",
        ),
    ),
    "list-changed": Row(
        "theirs",
        Texts(
            "De pagina is veranderd en toont niets wat we al kenden.",
            "Wij nemen er niets van over tot de lijst weer te herkennen is.",
            "Open de pagina. Klopt het adres nog? Voeg de bron anders opnieuw toe.",
        ),
        Texts(
            "The page changed and shows nothing that we knew.",
            "We take nothing from it until its list is recognised again.",
            "Open the page. Is the address still right? If not, add the source anew.",
        ),
    ),
    "empty-list": Row(
        "theirs",
        Texts(
            "De pagina zegt zelf dat er geen nieuws is.",
            "Wij kijken later opnieuw.",
            "U hoeft niets te doen.",
        ),
        Texts(
            "The page itself says that there is no news.",
            "We look again later.",
            "You need not do anything.",
        ),
    ),
    "agenda": Row(
        "theirs",
        Texts(
            "De pagina toont een agenda; dat is geen nieuws.",
            "Wij nemen er niets van over.",
            "Zoek het adres van de nieuwspagina en vul dat in.",
        ),
        Texts(
            "The page lists events; those are not news.",
            "We take nothing from it.",
            "Find the address of the news page and use that.",
        ),
    ),
    "needs-javascript": Row(
        "theirs",
        Texts(
            "De pagina wordt in de browser opgebouwd; zonder JavaScript staat er niets.",
            "Wij proberen het later opnieuw.",
            "Vraag de partner om een feed, of zoek een pagina die zonder JavaScript werkt.",
        ),
        Texts(
            "The page is built in the browser; without JavaScript it is empty.",
            "We try again later.",
            "Ask the partner for a feed, or find a page that works without JavaScript.",
        ),
    ),
    "cookie-wall": Row(
        "theirs",
        Texts(
            "De pagina toont alleen een vraag over cookies.",
            "Wij geven geen toestemming en proberen het later opnieuw.",
            "Vraag de partner om een feed of een pagina zonder cookiemuur.",
        ),
        Texts(
            "The page shows only a question about cookies.",
            "We give no consent and try again later.",
            "Ask the partner for a feed, or a page without a cookie wall.",
        ),
    ),
    "soft-404": Row(
        "theirs",
        Texts(
            "De pagina zegt dat zij niet bestaat.",
            "Wij proberen het later opnieuw.",
            "Zoek het nieuwe adres van de nieuwspagina en vul dat in.",
        ),
        Texts(
            "The page says that it does not exist.",
            "We try again later.",
            "Find the new address of the news page and use that.",
        ),
    ),
    "unreadable": Row(
        "theirs",
        Texts(
            "Het document is zo beschadigd dat wij het niet kunnen lezen.",
            "Wij bewaren wat we al hadden en proberen het later opnieuw.",
            TELL_NL,
        ),
        Texts("The document is too damaged for us to read.", "We keep what we had and try again later.", TELL_EN),
    ),
    "too-deep": Row(
        "theirs",
        Texts("Het document is te ingewikkeld: er zitten te veel lagen in.", SAFE_NL, TELL_NL),
        Texts("The document is too complex: it has too many layers.", SAFE_EN, TELL_EN),
    ),
    "too-many-attributes": Row(
        "theirs",
        Texts("Het document is te ingewikkeld: er zitten te veel kenmerken in.", SAFE_NL, TELL_NL),
        Texts("The document is too complex: it has too many attributes.", SAFE_EN, TELL_EN),
    ),
    "too-many-entries": Row(
        "theirs",
        Texts(
            "Er staan te veel berichten in het document.",
            SAFE_NL,
            "Vraag de partner om een feed met alleen het laatste nieuws.",
        ),
        Texts(
            "There are too many items in the document.",
            SAFE_EN,
            "Ask the partner for a feed with only the latest news.",
        ),
    ),
    "entities": Row(
        "theirs",
        Texts("Het document bevat afkortingen (entiteiten) die gevaarlijk kunnen zijn.", SAFE_NL, TELL_NL),
        Texts("The document holds abbreviations (entities) that can be dangerous.", SAFE_EN, TELL_EN),
    ),
    "bad-selector": Row(
        "ours",
        Texts(
            "Een van de aanwijzingen (selectors) voor deze pagina is niet goed geschreven.",
            "Wij lezen de pagina niet zolang dit zo is.",
            "Verbeter de selectors in de instellingen van de bron.",
        ),
        Texts(
            "One of the directions (selectors) for this page is not written well.",
            "We do not read the page while this lasts.",
            "Correct the selectors in the settings of the source.",
        ),
    ),
    "echo": Row(
        "ours",
        Texts(
            "Dit is ons eigen nieuws, dat bij ons terugkomt.",
            "Wij nemen het niet nog eens op.",
            "Kies een adres met alleen het nieuws van de partner zelf.",
        ),
        Texts(
            "This is our own news coming back to us.",
            "We do not take it in again.",
            "Choose an address with only the partner’s own news.",
        ),
    ),
    "http-304": Row(
        "theirs",
        Texts("De site zegt dat er niets veranderd is, maar wij hebben nog niets.", AGAIN_NL, TELL_NL),
        Texts("The site says that nothing has changed, but we have nothing yet.", AGAIN_EN, TELL_EN),
    ),
    "http-401": Row(
        "theirs",
        Texts("De site vraagt een wachtwoord.", SELDOM_NL, "Vraag de partner om een adres dat iedereen kan lezen."),
        Texts("The site asks for a password.", SELDOM_EN, "Ask the partner for an address that everyone can read."),
    ),
    "http-403": Row(
        "theirs",
        Texts("De site laat ons niet toe.", SELDOM_NL, "Vraag de partner om ons programma toe te laten."),
        Texts("The site does not let us in.", SELDOM_EN, "Ask the partner to let our program in."),
    ),
    "http-404": Row(
        "theirs",
        Texts("De pagina bestaat niet (meer).", SELDOM_NL, ADDRESS_NL),
        Texts("The page does not exist (any more).", SELDOM_EN, ADDRESS_EN),
    ),
    "http-2xx": Row(
        "theirs",
        Texts("De site gaf een antwoord zonder document (code {status}).", AGAIN_NL, OPEN_NL),
        Texts("The site gave an answer without a document (code {status}).", AGAIN_EN, OPEN_EN),
    ),
    "http-3xx": Row(
        "theirs",
        Texts(
            "De site verwijst ons door op een manier die wij niet kunnen volgen (code {status}).", AGAIN_NL, ADDRESS_NL
        ),
        Texts("The site sends us on in a way that we cannot follow (code {status}).", AGAIN_EN, ADDRESS_EN),
    ),
    "http-4xx": Row(
        "theirs",
        Texts("De site wijst onze vraag af (code {status}).", SELDOM_NL, ADDRESS_NL),
        Texts("The site rejects our request (code {status}).", SELDOM_EN, ADDRESS_EN),
    ),
    "http-5xx": Row(
        "theirs",
        Texts("Er is een storing bij de site (code {status}).", AGAIN_NL, OPEN_NL),
        Texts("The site has a fault (code {status}).", AGAIN_EN, OPEN_EN),
    ),
    "unknown": Row(
        "nobody",
        Texts("Er ging iets mis dat wij nog niet kennen ({code}).", AGAIN_NL, "Meld deze code aan de beheerder."),
        Texts("Something went wrong that we do not know yet ({code}).", AGAIN_EN, "Report this code to the operator."),
    ),
}
