"""Oracle: words of many languages, written in the encoding by Python."""

from __future__ import annotations

import pytest

from kamlib.io.letters import one_byte

WORDS = {
    "cp1250": ["Żółw Łódź", "Świątek", "Dvořák Jiří", "Kovács Győr", "Gdańsk Kraków Wrocław", "Žilina Košice", "příjem zboží", "ŁÓDŹ"],
    "cp1252": ["Größe", "Descrição", "Barçà", "Sørensen", "Müller", "Peña Núñez", "São João", "Société à côté", "GRÖSSE", "Año;Día", "Nº pedido;Peña", "1ª;Mª José;nº"],
    "cp1254": ["Şişli Beşiktaş", "İstanbul Kadıköy", "Gülşen Yıldız", "Çağrı Öztürk", "Ağaoğlu"],
    "cp1251": ["Женя", "ООО Ромашка", "ПЯТЁРОЧКА", "Іван Київ", "клиент", "Итого", "Заказ;Клиент"],
    "koi8-r": ["Женя Петров", "Семён", "ООО РОМАШКА", "клиент", "ромашка склад"],
    "cp866": ["Женя Петров", "Семён", "ООО Ромашка", "клиент", "ЗАВОД"],
    "cp852": ["Żółw Łódź", "Świątek", "Dvořák Jiří", "Gdańsk Kraków"],
    "cp850": ["Müller", "Größe", "Peña"],
    "mac_roman": ["Müller", "Café Größe", "Crème brûlée"],
}  # fmt: skip


@pytest.mark.parametrize(("encoding", "text"), [(name, text) for name, texts in WORDS.items() for text in texts])
def test_a_few_words_tell_the_encoding(encoding, text):
    data = text.encode(encoding)
    assert data.decode(one_byte.encoding(one_byte.words([data]))) == text


@pytest.mark.parametrize("encoding", WORDS)
def test_many_words_tell_the_encoding(encoding):
    text = "\n".join(WORDS[encoding])
    data = f"order;client\n{text}\n1,234 §5 — ".encode(encoding, "ignore")
    assert data.decode(one_byte.encoding(one_byte.words([data])))[13 : 13 + len(text)] == text


def test_a_sign_alone_says_nothing():
    assert one_byte.encoding(one_byte.words([b"12 \xb0 3\xa0456 \xa7"])) == "cp1252"
