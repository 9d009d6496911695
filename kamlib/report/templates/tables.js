"use strict";
// Sorts, searches, copies and saves the tables of this page. Without it the page says the same.
const words = JSON.parse(document.body.dataset.words);
const language = document.documentElement.lang;
const collator = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
const FORMULA = /^[=+\-@＝＋－＠\t\r]/;
const shown = (cell) => cell.textContent.replace(/\s+/g, " ").trim();
const isNumber = (cell) => cell.classList.contains("num");

/** The number that a cell holds, else NaN; what is under or over a bound lies beside it. */
function number(cell) {
  if ("value" in cell.dataset) return parseFloat(cell.dataset.value);
  const text = shown(cell);
  const found = text.match(/[-−]?\d[\d\s.,]*/);
  if (!found) return NaN;
  const point = words.decimal;
  const digits = [...found[0].replace("−", "-")].filter((letter) => /[-\d]/.test(letter) || letter === point);
  const value = parseFloat(digits.join("").replace(point, "."));
  const less = text.startsWith(words.under) || text[0] === "<", more = text.startsWith(words.over) || text[0] === ">";
  return value * (1 + ((more && 1e-9) - (less && 1e-9)) * Math.sign(value));
}

/** A cell as a spreadsheet reads it: numbers as such, no text as a formula. */
function plain(cell, point) {
  const text = shown(cell);
  if (!isNumber(cell)) return FORMULA.test(text) ? `'${text}` : text;
  const value = number(cell);
  if (isNaN(value)) return /\d/.test(text) ? text : "";
  if (text.startsWith(words.under) || text.startsWith(words.over) || /^[<>]/.test(text)) return text;
  return String(value).replace(".", point) + (/%$/.test(text) ? "%" : "");
}

function lines(table, between, quote) {
  const rows = [...table.rows].filter((row) => !row.hidden);
  return rows.map((row) => [...row.cells].map((cell) => quote(plain(cell, words.decimal))).join(between)).join("\r\n");
}

function sort(table, head) {
  const down = head.ariaSort === "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  head.ariaSort = down ? "descending" : "ascending";
  for (const body of table.tBodies) {
    const rows = [...body.rows].filter((row) => row.cells.length > 1);
    const counted = rows.some((row) => isNumber(row.cells[head.cellIndex]));
    const key = (row) => (counted ? number(row.cells[head.cellIndex]) : shown(row.cells[head.cellIndex]));
    const unknown = (value) => value !== value || value === "" || value === "—" || value === words.unknown;
    const keyed = rows.map((row) => [key(row), row]);
    keyed.sort(([one], [other]) => {
      if (unknown(one) || unknown(other)) return unknown(one) - unknown(other); // last, either way
      return (counted ? one - other : collator.compare(one, other)) * (down ? -1 : 1);
    });
    body.append(...keyed.map(([, row]) => row));
  }
}

function button(label, act, about) {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: label, onclick: act });
  if (about) made.setAttribute("aria-label", `${label}: ${about}`);
  return made;
}

function search(table, more, about) {
  const field = Object.assign(document.createElement("input"), { type: "search", placeholder: words.search });
  field.setAttribute("aria-label", `${words.search}: ${about}`);
  const count = document.createElement("output");
  const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
  field.oninput = () => {
    const wanted = field.value.trim().toLocaleLowerCase(language);
    if (wanted && more) more.open = true;
    for (const row of rows) row.hidden = !shown(row).toLocaleLowerCase(language).includes(wanted);
    count.textContent = wanted ? `${rows.filter((row) => !row.hidden).length} / ${rows.length}` : "";
  };
  return [field, count];
}

function save(table, about) {
  const between = words.decimal === "," ? ";" : ",";
  const quote = (text) => (/[",;\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const file = new Blob(["\ufeff", lines(table, between, quote), "\r\n"], { type: "text/csv" });
  const name = `${about.replace(/[^\p{L}\p{N}]+/gu, "_").slice(0, 60)}.csv`;
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}

for (const box of document.querySelectorAll(".scroll")) {
  const table = box.querySelector("table"), head = table.tHead, about = box.ariaLabel;
  const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
  if (!head || rows.length < 2) continue;
  const wide = head.rows[0].cells.length;
  const even = head.rows.length === 1 && rows.every((row) => [1, wide].includes(row.cells.length));
  for (const cell of even ? head.rows[0].cells : []) {
    if (!shown(cell)) continue;
    const sorter = button("", () => sort(table, cell));
    sorter.append(...cell.childNodes);
    cell.append(sorter);
  }
  const more = box.nextElementSibling?.matches(".more") ? box.nextElementSibling : null;
  const tools = Object.assign(document.createElement("div"), { className: "tools" });
  const copy = button(words.copy, () => {
    const text = lines(table, "\t", (cell) => cell.replace(/\t/g, " "));
    navigator.clipboard.writeText(text).then(
      () => (copy.textContent = words.copied),
      () => getSelection().selectAllChildren(table), // not allowed here: marked, to be copied by hand
    );
  }, about);
  const long = rows.length > 12;
  tools.append(...(long ? search(table, more, about) : []), copy, button("CSV", () => save(table, about), about));
  long ? box.before(tools) : box.after(tools);
}
