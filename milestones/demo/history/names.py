"""Invented companies and people. Any likeness to real ones is chance."""

import random
import re
import unicodedata
from functools import lru_cache


def _words(text: str) -> list[str]:
    return text.split()


GIVEN = _words("""
Aaliyah Abebe Ada Adaeze Agnieszka Ahmet Aiko Aisha Alejandra Alva Amara Amir Ana Anders Andrei Anjali Annika Antoine
Aoife Arash Astrid Ayşe Bao Beatriz Bogdan Bruno Camille Carmen Cédric Chiara Chidi Chloé Daniela Darius Dieter
Dimitra Ebba Eero Efua Elif Emeka Enzo Esra Eszter Fatima Felipe Femi Fiona Florian Freya Gabriela Giulia Grażyna
Hamza Haruto Heidi Hugo Ibrahim Ilse Imani Inés Ingrid Ismail Ivana Jakub Jasmin Javier Jelena Jin Joana João Jonas
Kamala Karim Katarzyna Keiko Kenji Kwame Laila Lars Leila Linh Lotte Lucía Mahmoud Malin Marek Maren Mariam Mateo
Matthias Mei Mercy Mihai Milan Mina Nadia Naoki Nia Nikolai Noor Oksana Olamide Omar Orla Oskar Paloma Pavel Priya
Quynh Rafael Rania Ravi Renata Rohan Rosalind Sanna Santiago Selma Sina Siobhán Sofía Stefan Sunil Tamar Tariq Tereza
Thabo Thandiwe Tomasz Tove Ulrike Uma Valentina Viktor Wanjiru Wei Xavier Yara Yasmin Yusuf Zainab Zoë Zsófia
""")
FAMILY = _words("""
Abiodun Acheampong Aguilar Ahlström Amsel Andrade Aydın Bakker Balogun Barzani Bauer Beaumont Berisha Bhatt Bielak
Boateng Brandvold Brennan Bui Çelik Carvalho Castellano Chaudhry Chikere Cohen Conti Cruz Dahl Danso Demir Desai
Diallo Dimitrov Dlamini Dogan Drummond Ekberg Eze Farouk Ferreira Fischer Fontaine Fujita Galvão García Gebre Georgiou
Ghosh Giordano Grönberg Guerrero Gupta Haddad Hakimi Halvorsen Hernández Hoang Holmgren Horvat Ibáñez Ito Iyer
Jankowski Jansen Kamau Kapoor Karlsson Kaya Keller Khoury Kimura Kirchner Kováč Kowalska Kruger Lacroix Larsen Lefèvre
Leitner Liang Lindahl Machado Makinen Maldonado Marino Mbeki Meijer Mendoza Moradi Moreau Mwangi Nakamura Navarro
Ndiaye Nguyen Nordin Novák Nwosu Oduya Okonkwo Olsen Ortiz Osei Oyelaran Park Pereira Petrović Pham Popescu Quintero
Rahimi Ramos Rasmussen Reinholt Ricci Rosen Ruiz Saito Salazar Santos Sato Schreiber Sharma Silva Sørensen Steiner
Suzuki Szabó Takahashi Tanaka Tesfaye Thorsen Toussaint Traoré Ueda Vargas Vasile Venter Virtanen Vogel Wallin Wójcik
Yamada Yılmaz Zając Zheng Zimmermann
""")
LOCALES = {
    "de-DE": _words("Dieter Florian Heidi Ilse Jonas Lotte Matthias Ulrike"),
    "fr-FR": _words("Antoine Camille Cédric Chloé"),
    "es-ES": _words("Alejandra Carmen Inés Javier Lucía Mateo Santiago Sofía"),
    "ar": _words("Fatima Karim Mahmoud Mariam Noor Omar Rania Tariq Zainab"),
}


def locale_of(name: str) -> str:
    """The language somebody uses the product in, "" for English."""
    return next((locale for locale, names in LOCALES.items() if name.split()[0] in names), "")


STEMS = _words("""
Alder Amberline Ashgrove Bayleaf Beechwood Birchway Bluebird Bramble Brightwell Brookstone Calder Candlewick Cedarline
Chalkhill Clearbrook Coldharbour Copperline Cormorant Cottonwood Curlew Driftwood Eastmere Elmwood Emberfield
Fairhaven Fennel Fieldstone Firth Foxglove Gannet Glenmoor Goldcrest Granary Greywater Hartwell Hawthorn Hazelmere
Heron Highmoor Hollybank Ironbridge Islay Juniper Kestrel Kingfisher Lantern Lapwing Larkspur Linden Longacre Lowland
Maplewood Marigold Marram Meridian Millrace Moorhen Mossbank Nettlefield Nightingale Northgate Oakhaven Oldfield
Orchard Osprey Otterburn Pebblebrook Pinecrest Plover Quarry Quillfeather Redstart Ridgeway Rowan Saltmarsh Sandpiper
Seabright Silverbirch Skylark Sparrow Springwell Stonefield Summerlea Swallow Tamarisk Teasel Thistle Thornbury
Tidepool Underhill Valerian Vesper Wagtail Waverley Westmarch Wheatear Whinfell Wildbrook Willowmere Windrush
Winterbourne Woodlark Wrenfield Yarrow
""")
TAILS = {
    "logistics": ("Freight", "Haulage", "Forwarding", "Cargo", "Shipping"),
    "healthcare": ("Clinics", "Dental", "Care", "Laboratories", "Physio"),
    "retail": ("Outfitters", "Stores", "Homeware", "Books", "Garden Centres"),
    "manufacturing": ("Manufacturing", "Castings", "Tools", "Plastics", "Ceramics"),
    "food": ("Foods", "Dairy", "Bakeries", "Provisions", "Brewing"),
    "hospitality": ("Hotels", "Inns", "Resorts", "Kitchens", "Catering"),
    "energy": ("Energy", "Utilities", "Solar", "Grid", "Heat"),
    "finance": ("Credit Union", "Insurance", "Leasing", "Mutual", "Capital"),
    "public transport": ("Transit", "Buses", "Ferries", "Rail", "Metro"),
    "education": ("College", "Academies", "Learning", "Schools", "Language Centres"),
    "construction": ("Builders", "Roofing", "Timber", "Surveying", "Interiors"),
    "media": ("Press", "Pictures", "Radio", "Studios", "Signs"),
}


class Names:
    """Companies are named once; people may share a name, as people do."""

    def __init__(self, rng: random.Random):
        self.rng, self.taken = rng, set()

    def company(self, industry: str) -> str:
        while True:
            name = f"{self.rng.choice(STEMS)} {self.rng.choice(TAILS[industry])}"
            if len(self.taken) > 400 and self.rng.random() < 0.5:
                name = f"{self.rng.choice(STEMS)} & {name}"
            if name not in self.taken:
                self.taken.add(name)
                return name

    def person(self) -> str:
        return f"{self.rng.choice(GIVEN)} {self.rng.choice(FAMILY)}"


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """A name as it stands in an address: 'Zoë Lindahl' is zoe.lindahl."""
    letters = name.lower().translate(LETTERS)
    letters = unicodedata.normalize("NFKD", letters).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", ".", letters).strip(".")


LETTERS = str.maketrans({"ø": "o", "ł": "l", "ı": "i", "ß": "ss", "æ": "ae"})
