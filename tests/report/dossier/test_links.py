"""Links from tables. Oracle: cells typed here."""

from __future__ import annotations

from kamlib.report.dossier.links import hrefs_by_text, linked

HREFS = hrefs_by_text(
    {"K.1": "dossiers/K.1.html", "K.2": "dossiers/K.2.html"}, {"K.1": "Acme & <b>", "K.2": "Twin", "K.3": "Twin"}
)


def test_a_cell_that_says_an_id_or_a_name_that_one_has_is_a_link():
    assert linked("<td>K.1</td>", HREFS) == '<td><a href="dossiers/K.1.html">K.1</a></td>'
    assert (
        linked('<td class="words">Acme &amp; &lt;b&gt;</td>', HREFS)
        == '<td class="words"><a href="dossiers/K.1.html">Acme &amp; &lt;b&gt;</a></td>'
    )
    assert linked('<th scope="row">Acme &amp; &lt;b&gt; <small>K.1</small></th>', HREFS).startswith(
        '<th scope="row"><a href="dossiers/K.1.html">'
    )


def test_a_name_of_two_customers_leads_nowhere():
    assert linked("<td>Twin</td>", HREFS) == "<td>Twin</td>"


def test_what_says_more_and_what_is_no_cell_stays():
    for text in ("<td>K.1 and K.2</td>", "<p>K.1</p>", "<td><a>K.1</a></td>", "<title>K.1</title>"):
        assert linked(text, HREFS) == text


def test_a_hostile_file_name_can_do_no_harm():
    assert linked("<td>x</td>", {"x": 'a" onclick="b'}) == '<td><a href="a&quot; onclick=&quot;b">x</a></td>'
