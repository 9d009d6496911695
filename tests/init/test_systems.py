"""Exports of systems as they write them, each invented here. Oracle: what a person would map, planted in each."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kamlib.init.draft import Draft
from kamlib.init.drafting import counted
from kamlib.init.study_head import currency, head
from tests.fixtures.order_lines import FIRMS, d, de, table

ORDERS = {
    "sap": (
        table(
            "Sales document;Item;Sold-to party;Ship-to party;Created on;Material;Order quantity;Net price;Net value;Document currency",
            lambda x: (
                f"{x.order};{x.n % 9}0;{x.firm:010d};{x.firm + 20:010d};{d(x)};M-{x.item};{x.quantity};{de(x.price)};{de(x.net)};EUR"
            ),
        ),
        {"order_id": "Sales document", "account_id": "Sold-to party", "date": "Created on", "amount": "Net value"},
        set(),
    ),
    "datev": (
        table(
            "Belegnummer;Kundennummer;Belegdatum;Artikelnummer;Menge;Einzelpreis;Nettobetrag;Steuersatz;Bruttobetrag EUR",
            lambda x: (
                f"RE{x.order};{10000 + x.firm};{d(x)};A{x.item};{x.quantity};{de(x.price)};{de(x.net)};19,00;{de(x.net * 1.19)}"
            ),
        ),
        {"order_id": "Belegnummer", "account_id": "Kundennummer", "date": "Belegdatum", "amount": "Nettobetrag"},
        set(),
    ),
    "1c": (
        table(
            "Документ;Контрагент;Дата;Номенклатура;Количество;Цена;Сумма, руб.;Менеджер",
            lambda x: (
                f"ЦБ-{x.order};ООО {FIRMS[x.firm]};{d(x)};Товар {x.item};{x.quantity};{de(x.price)};{de(x.net)};Иванов"
            ),
        ),
        {"order_id": "Документ", "account_id": "Контрагент", "date": "Дата", "amount": "Сумма, руб."},
        set(),
    ),
    "bitrix24": (
        table(
            "ID;Стадия сделки;Название сделки;Компания;Сумма;Валюта;Дата закрытия",
            lambda x: (
                f"{x.n};{('Сделка успешна', 'Новая', 'Сделка провалена')[x.n % 3]};Сделка {x.n};{FIRMS[x.firm]};{x.net};RUB;{d(x)}"
            ),
        ),
        {"account_id": "Компания", "date": "Дата закрытия", "amount": "Сумма"},
        {"cleaning.only"},
    ),
    "salesforce": (
        table(
            "Account Name,Account ID,Opportunity Name,Amount Currency,Amount,Close Date,Stage,Opportunity ID",
            lambda x: (
                f"{FIRMS[x.firm]},001A{x.firm:011d},Deal {x.n},EUR,{x.net},{d(x, '%m/%d/%Y')},{('Closed Won', 'Closed Lost', 'Prospecting')[x.n % 3]},006B{x.n:011d}"
            ),
        ),
        {"account_id": "Account ID", "date": "Close Date", "amount": "Amount"},
        {"cleaning.only"},
    ),
    "shopify": (
        table(
            "Name,Email,Financial Status,Paid at,Fulfillment Status,Currency,Subtotal,Shipping,Taxes,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Company",
            lambda x: (
                f"#{x.order},b{x.firm}@x.com,paid,{d(x, '%Y-%m-%d')},fulfilled,USD,{x.net},5.00,1.90,{x.net + 6.9:.2f},{d(x, '%Y-%m-%d')} 10:00:00,{x.quantity},Item {x.item},{x.price},{FIRMS[x.firm]}"
            ),
        ),
        {"account_id": "Company", "order_id": "Name", "amount": "Subtotal"},
        {"sources.orders.columns.date", "sources.orders.columns.order_id"},
    ),
    "woocommerce": (
        table(
            "Order Number,Order Status,Order Date,Customer User ID,Billing Company,SKU,Quantity,Item Cost,Order Line Total,Order Shipping Amount,Order Currency",
            lambda x: (
                f"{x.order},{('Completed', 'Completed', 'Cancelled')[x.order % 3]},{d(x, '%Y-%m-%d')} 09:30,{x.firm + 5},{FIRMS[x.firm]},S{x.item},{x.quantity},{x.price},{x.net},4.90,EUR"
            ),
        ),
        {
            "order_id": "Order Number",
            "account_id": "Customer User ID",
            "date": "Order Date",
            "amount": "Order Line Total",
        },
        {"cleaning.only"},
    ),
    "odoo": (
        table(
            "Order Reference,Order Date,Customer,Salesperson,Product,Quantity,Unit Price,Untaxed Total,Total,Status",
            lambda x: (
                f"S{x.order:05d},{d(x, '%Y-%m-%d')} 08:00:00,{FIRMS[x.firm]},Mitchell,P{x.item},{x.quantity},{x.price},{x.net},{x.net * 1.21:.2f},{('Sales Order', 'Quotation', 'Cancelled')[x.order % 3]}"
            ),
        ),
        {"order_id": "Order Reference", "account_id": "Customer", "date": "Order Date", "amount": "Untaxed Total"},
        {"cleaning.only", "currency"},
    ),
    "quickbooks": (
        table(
            "Date,Transaction Type,Num,Customer,Memo/Description,Qty,Sales Price,Amount,Balance",
            lambda x: (
                f"{d(x, '%m/%d/%Y')},Invoice,{x.order},{FIRMS[x.firm]},Item {x.item},{x.quantity},{x.price},{x.net},{x.net * (x.n + 1):.2f}"
            ),
        ),
        {"order_id": "Num", "account_id": "Customer", "date": "Date", "amount": "Amount"},
        {"currency"},
    ),
    "xero": (
        table(
            "ContactName,EmailAddress,InvoiceNumber,Reference,InvoiceDate,DueDate,Total,Description,Quantity,UnitAmount,LineAmount,TaxAmount,Currency,Status",
            lambda x: (
                f"{FIRMS[x.firm]},a{x.firm}@x.com,INV-{x.order},R{x.order},{d(x, '%d/%m/%Y')},{(x.day + timedelta(30)):%d/%m/%Y},{x.net * 1.2:.2f},Item {x.item},{x.quantity},{x.price},{x.net},{x.net * 0.2:.2f},GBP,{('Paid', 'Voided', 'Paid')[x.order % 3]}"
            ),
        ),
        {"order_id": "InvoiceNumber", "account_id": "ContactName", "date": "InvoiceDate", "amount": "LineAmount"},
        {"cleaning.only"},
    ),
    "sage": (
        table(
            "Account Reference,Invoice Number,Invoice Date,Stock Code,Quantity,Unit Price,Net Amount,VAT Amount,Gross Amount GBP",
            lambda x: (
                f"CUST{x.firm:03d},{x.order},{d(x, '%d/%m/%Y')},ST{x.item},{x.quantity},{x.price},{x.net},{x.net * 0.2:.2f},{x.net * 1.2:.2f}"
            ),
        ),
        {
            "order_id": "Invoice Number",
            "account_id": "Account Reference",
            "date": "Invoice Date",
            "amount": "Net Amount",
        },
        set(),
    ),
    "business-central": (
        table(
            "Document No.,Sell-to Customer No.,Posting Date,No.,Quantity,Unit Price Excl. VAT,Line Discount %,Line Amount Excl. VAT,Currency Code",
            lambda x: (
                f"SI{x.order},C{x.firm:05d},{d(x, '%Y-%m-%d')},{1900 + x.item}-S,{x.quantity},{x.price},{(0, 10)[x.n % 2]},{x.net * (1, 0.9)[x.n % 2]:.2f},EUR"
            ),
        ),
        {
            "order_id": "Document No.",
            "account_id": "Sell-to Customer No.",
            "date": "Posting Date",
            "amount": "Line Amount Excl. VAT",
            "discount": "Line Discount %",
        },
        set(),
    ),
    "magento": (
        table(
            "increment_id,created_at,customer_id,customer_email,status,sku,qty_ordered,price,row_total,shipping_amount,order_currency_code",
            lambda x: (
                f"{x.order:09d},{d(x, '%Y-%m-%d')} 12:00:00,{x.firm + 3},c{x.firm}@x.org,{('complete', 'canceled', 'processing')[x.order % 3]},K{x.item},{x.quantity},{x.price},{x.net},7.50,USD"
            ),
        ),
        {"order_id": "increment_id", "account_id": "customer_id", "date": "created_at", "amount": "row_total"},
        {"cleaning.only"},
    ),
    "amazon": (
        table(
            "amazon-order-id\tpurchase-date\torder-status\tsku\tquantity\tcurrency\titem-price\titem-tax\tshipping-price\tbuyer-company-name",
            lambda x: (
                f"028-{x.order}-77\t{d(x, '%Y-%m-%d')}T10:00:00\t{('Shipped', 'Cancelled')[x.order % 2]}\tA{x.item}\t{x.quantity}\tEUR\t{x.net}\t{x.net * 0.19:.2f}\t3.99\t{FIRMS[x.firm]}"
            ),
        ),
        {"order_id": "amazon-order-id", "account_id": "buyer-company-name", "date": "purchase-date"},
        {"cleaning.only", "sources.orders.columns.price"},
    ),
    "stripe": (
        table(
            "id,Created (UTC),Amount,Amount Refunded,Currency,Captured,Customer ID,Customer Email,Fee,Status",
            lambda x: (
                f"ch_{x.n:06d}x,{d(x, '%Y-%m-%d')} 11:05,{x.net},0.00,eur,true,cus_{x.firm}q,p{x.firm}@x.io,{x.net * 0.03:.2f},{('Paid', 'Failed', 'Paid')[x.n % 3]}"
            ),
        ),
        {"account_id": "Customer ID", "date": "Created (UTC)", "amount": "Amount"},
        {"cleaning.only"},
    ),
    "hubspot": (
        table(
            "Record ID,Deal Name,Deal Stage,Close Date,Amount,Deal owner,Associated Company,Currency",
            lambda x: (
                f"{90000 + x.n},D {x.n},{('Closed Won', 'Closed Lost', 'Contract Sent')[x.n % 3]},{d(x, '%Y-%m-%d')} 10:00,{x.net},Ann,{FIRMS[x.firm]},USD"
            ),
        ),
        {"account_id": "Associated Company", "date": "Close Date", "amount": "Amount"},
        {"cleaning.only"},
    ),
    "navision-ledger": (
        table(
            "Entry No.;Posting Date;Document No.;Item No.;Source No.;Quantity;Sales Amount (Actual) EUR;Cost Amount (Actual)",
            lambda x: (
                f"{5000 + x.n};{d(x)};VR-{x.order};{x.item:05d};D{x.firm:05d};{-x.quantity};{de(x.net)};{de(x.net * -0.6)}"
            ),
        ),
        {
            "order_id": "Document No.",
            "date": "Posting Date",
            "amount": "Sales Amount (Actual) EUR",
            "account_id": "Source No.",
        },
        {"sources.orders.columns.account_id"},
    ),
    "lexware": (
        table(
            "Rechnungsnr.;Kundennr.;Rechnungsdatum;Artikel;Menge;Einzelpreis netto;Gesamtpreis netto;Rabatt;Währung",
            lambda x: (
                f"{x.order};{20000 + x.firm};{d(x)};Schraube {x.item};{x.quantity};{de(x.price)};{de(x.net)};0,00;EUR"
            ),
        ),
        {
            "order_id": "Rechnungsnr.",
            "account_id": "Kundennr.",
            "date": "Rechnungsdatum",
            "amount": "Gesamtpreis netto",
        },
        set(),
    ),
    "holded": (
        table(
            "Num. factura;Cliente;Fecha;Concepto;Unidades;Precio;Base imponible;IVA;Total €",
            lambda x: (
                f"F{x.order};{FIRMS[x.firm]};{d(x, '%d/%m/%Y')};Art {x.item};{x.quantity};{de(x.price)};{de(x.net)};{de(x.net * 0.21)};{de(x.net * 1.21)}"
            ),
        ),
        {"order_id": "Num. factura", "account_id": "Cliente", "date": "Fecha", "amount": "Base imponible"},
        set(),
    ),
    "dynamics-fact": (
        table(
            "SalesOrderNumber,CustomerPONumber,ResellerKey,OrderDate,DueDate,ShipDate,OrderQuantity,UnitPrice,ExtendedAmount,TotalProductCost,SalesAmount,TaxAmt,Freight",
            lambda x: (
                f"SO{x.order},PO{x.order * 7},{x.firm + 300},{d(x, '%Y-%m-%d')},{(x.day + timedelta(12))},{(x.day + timedelta(7))},{x.quantity},{x.price},{x.net},{x.net * 0.7:.2f},{x.net},{x.net * 0.08:.2f},{x.net * 0.025:.2f}"
            ),
        ),
        {"order_id": "SalesOrderNumber", "account_id": "ResellerKey", "date": "OrderDate"},
        {"currency"},
    ),
    "superstore": (
        table(
            "Row ID,Order ID,Order Date,Ship Date,Customer ID,Customer Name,Segment,Region,Product ID,Sales,Quantity,Discount,Profit",
            lambda x: (
                f"{x.n + 1},CA-{x.order},{d(x, '%m/%d/%Y')},{(x.day + timedelta(3)):%m/%d/%Y},{FIRMS[x.firm][:2]}-{x.firm + 10},{FIRMS[x.firm]},Trade,{('West', 'East')[x.firm % 2]},P-{x.item},{x.net * 0.8:.2f},{x.quantity},0.2,{x.net * 0.1:.2f}"
            ),
        ),
        {
            "order_id": "Order ID",
            "account_id": "Customer ID",
            "date": "Order Date",
            "amount": "Sales",
            "margin": "Profit",
        },
        {"currency"},
    ),
    "pos-planned": (
        table(
            "Receipt no,Client code,Day,Planned price,Rate,Qty,Discount amount,Turnover EUR",
            lambda x: (
                f"{x.order},K{x.firm},{d(x, '%Y-%m-%d')},{x.price * 1.3:.2f},{x.n % 7}.25,{x.quantity},{x.n % 3}.50,{x.net - x.n % 3:.2f}"
            ),
        ),
        {"order_id": "Receipt no", "account_id": "Client code", "date": "Day", "amount": "Turnover EUR"},
        set(),
    ),
}


@pytest.mark.parametrize("system", ORDERS)
def test_an_export_is_mapped_as_a_person_would_or_asks(drafted, system):
    text, expected, asked = ORDERS[system]
    sources, _ = drafted(**{system.replace("-", "_"): text})
    sources, cleaning = counted(sources)
    found = {ours: choice.theirs for ours, choice in sources["orders"].found.columns.items()}
    made = Draft({"currency": currency(sources["orders"])}, sources, cleaning=cleaning)
    questions = {one.partition(":")[0] for one in made.questions}
    wrong = {ours: (theirs, found.get(ours)) for ours, theirs in expected.items() if found.get(ours) != theirs}
    assert not {ours for ours in wrong if f"sources.orders.columns.{ours}" not in questions}, wrong
    assert questions <= asked


def test_customers_do_not_become_one_by_the_kind_of_customers_that_stands_beside_them(drafted):
    text = table(
        "Order,Customer,Customer group,Date,Net EUR", lambda x: f"{x.order},{FIRMS[x.firm]},Wholesale,{x.day},{x.net}"
    )
    sources, _ = drafted(lines=text)
    sources, _ = counted(sources)
    assert head(sources, "lines")["unit"].value == "account"
