import pytest
from django.template import engines

from mecenova.ui.contractions import of_name, to_name


@pytest.mark.parametrize(
    ("name", "to", "of"),
    [
        ("Les Cuisines du Faubourg", "aux Cuisines du Faubourg", "des Cuisines du Faubourg"),
        ("LES LUCIOLES", "aux LUCIOLES", "des LUCIOLES"),
        ("Le\u00a0Relais", "au Relais", "du Relais"),
        ("La Cagette Bisontine", "à La Cagette Bisontine", "de La Cagette Bisontine"),
        ("L’Atelier", "à L’Atelier", "de L’Atelier"),
        ("Lesage et fils", "à Lesage et fils", "de Lesage et fils"),
        ("Les", "à Les", "de Les"),
        ("Emmaüs", "à Emmaüs", "d’Emmaüs"),
        ("Œuvres vives", "à Œuvres vives", "d’Œuvres vives"),
        ("Île de paix", "à Île de paix", "d’Île de paix"),
        ("Yves et compagnie", "à Yves et compagnie", "d’Yves et compagnie"),
        ("Yaourts du Jura", "à Yaourts du Jura", "de Yaourts du Jura"),
        ("Onze de cœur", "à Onze de cœur", "de Onze de cœur"),
        ("Habitat et avenir", "à Habitat et avenir", "de Habitat et avenir"),
        ("1001 fontaines", "à 1001 fontaines", "de 1001 fontaines"),
        ("", "à ", "de "),
    ],
)
def test_a_name_after_a_preposition(name, to, of):
    assert (to_name(name), of_name(name)) == (to, of)


def test_templates_say_them_too_and_escape_the_name():
    template = engines["django"].from_string("{{ name|avec_a }}, {{ name|avec_de }}")
    assert template.render({"name": "Les <b>"}) == "aux &lt;b&gt;, des &lt;b&gt;"
