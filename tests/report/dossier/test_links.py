"""Links from tables. Oracle: cells typed here."""

from __future__ import annotations

from kamlib.report.dossier.links import hrefs_by_text, linked

HREFS = hrefs_by_text(
    {"K.1": "dossiers/K.1.html", "K.2": "dossiers/K.2.html"}, {"K.1": "Acme & <b>", "K.2": "Twin", "K.3": "Twin"}
)


def cell(text: str, kind: str = "who") -> str:
    return f'<tr><td class="{kind}">{text}</td></tr>'


def test_a_cell_that_says_an_id_or_a_name_that_one_has_is_a_link():
    assert linked(cell("K.1"), HREFS) == cell('<a href="dossiers/K.1.html">K.1</a>')
    row = '<tr><td class="who words">Acme &amp; &lt;b&gt;</td><td class="who">K.1</td></tr>'
    link = '<a href="dossiers/K.1.html">'
    assert linked(row, HREFS) == (
        f'<tr><td class="who words">{link}Acme &amp; &lt;b&gt;</a></td><td class="who">{link}K.1</a></td></tr>'
    )
    head = '<tr><th scope="row" class="who">Acme &amp; &lt;b&gt; <small>K.1</small></th></tr>'
    assert (
        linked(head, HREFS)
        == f'<tr><th scope="row" class="who">{link}Acme &amp; &lt;b&gt;</a><small>K.1</small></th></tr>'
    )


def test_beside_a_name_stands_the_id_where_the_row_has_it_nowhere():
    assert linked(cell("Acme &amp; &lt;b&gt;"), HREFS) == cell(
        '<a href="dossiers/K.1.html">Acme &amp; &lt;b&gt;</a> <small>K.1</small>'
    )


def test_a_name_of_two_customers_leads_nowhere():
    assert linked(cell("Twin"), HREFS) == cell("Twin")


def test_what_says_more_what_is_no_cell_and_what_is_of_no_customer_stays():
    rest = ("<p>K.1</p>", cell("<a>K.1</a>"), "<title>K.1</title>", cell("K.1", kind="num"), cell("K.1 and K.2"))
    for text in rest:
        assert linked(text, HREFS) == text


def test_a_hostile_file_name_can_do_no_harm():
    made = linked(cell("x"), {"x": ('a" onclick="b', "x")})
    assert made == cell('<a href="a&quot; onclick=&quot;b">x</a>')
