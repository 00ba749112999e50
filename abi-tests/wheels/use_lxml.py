"""lxml as its users use it: parsing and serializing, XPath, XSLT, errors, objectify, iterparse, element classes."""

import copy
import io
import pickle

from checks import check
from lxml import etree, objectify

SOURCE = b"""<?xml version="1.0"?>
<shop xmlns:x="urn:x" currency="EUR"><item id="1" price="2.50">Tea<x:note/>strong</item>
<item id="2" price="10">Caf\xc3\xa9</item><!-- end --><?go now?></shop>"""
STYLE = b"""<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:param name="least" select="0"/>
<xsl:template match="/shop"><list><xsl:for-each select="item[@price &gt; $least]"><xsl:sort select="@price" data-type="number"
order="descending"/><row><xsl:value-of select="."/></row></xsl:for-each></list></xsl:template></xsl:stylesheet>"""


def built():
    root = etree.Element("{urn:a}root", nsmap={"a": "urn:a"}, kind="test")
    for i in range(3):
        etree.SubElement(root, "leaf", n=str(i)).text = "text %d" % i
    root[1].tail = "after"
    root.insert(0, etree.Comment("first"))
    root.remove(root[-1])
    return etree.tostring(root, pretty_print=True).decode()


def broken(parse, text):
    try:
        parse(text)
    except etree.XMLSyntaxError as error:
        return type(error).__mro__[1:4], error.msg, error.lineno, error.offset, error.position, len(error.error_log) > 0


class Money(etree.ElementBase):
    """An element class of the user's."""

    @property
    def amount(self):
        return float(self.get("price"))


def own_classes():
    lookup = etree.ElementNamespaceClassLookup()
    lookup.get_namespace(None)["item"] = Money
    parser = etree.XMLParser()
    parser.set_element_class_lookup(lookup)
    items = etree.fromstring(SOURCE, parser).findall("item")
    return [(type(item).__name__, item.amount) for item in items]


class Target:
    """A parser target."""

    def __init__(self):
        self.events = []

    def start(self, tag, attributes):
        self.events.append(("start", tag, dict(attributes)))

    def end(self, tag):
        self.events.append(("end", tag))

    def data(self, data):
        self.events.append(("data", data))

    def close(self):
        return self.events


def objectified():
    root = objectify.fromstring("<r><n>5</n><n>6</n><f>1.5</f><s>text</s><b>true</b></r>")
    root.added = [1, 2]
    return root.n + 1, [int(n) for n in root.n], root.f * 2, str(root.s), bool(root.b), etree.tostring(root.added[1])


tree = etree.fromstring(SOURCE)
transform = etree.XSLT(etree.fromstring(STYLE))
schema = etree.RelaxNG(etree.fromstring(b'<element name="a" xmlns="http://relaxng.org/ns/structure/1.0"><text/></element>'))
for label, function in {
    "tree": lambda: (tree.tag, dict(tree.attrib), len(tree), [str(child.tag)[:8] for child in tree], tree[0][0].tail),
    "serialized": lambda: (etree.tostring(tree), etree.tostring(tree, encoding="unicode", method="text"), etree.tostring(tree, method="c14n")),
    "built": built,
    "xpath": lambda: (tree.xpath("//item/@id"), tree.xpath("sum(item/@price)"), tree.xpath("item[@id=$i]/text()", i="2"),
                      tree.xpath("x:note | item/x:note", namespaces={"x": "urn:x"})[0].tag, tree.xpath("count(*) > 1")),
    "xpath error": lambda: tree.xpath("//["),
    "find": lambda: (tree.findtext("item"), tree.find("none"), [e.get("id") for e in tree.iter("item")]),
    "xslt": lambda: (str(transform(tree)), str(transform(tree, least="5"))),
    "syntax error": lambda: broken(etree.fromstring, "<a><b></a>"),
    "errors": lambda: (issubclass(etree.XMLSyntaxError, SyntaxError), issubclass(etree.LxmlSyntaxError, etree.LxmlError)),
    "value error": lambda: etree.Element("not a name"),
    "recovered": lambda: etree.tostring(etree.fromstring("<a><b></a>", etree.XMLParser(recover=True))),
    "html": lambda: etree.tostring(etree.HTML("<p>one<p>two &amp; <b>three")),
    "iterparse": lambda: [(event, e.tag, e.text) for event, e in etree.iterparse(io.BytesIO(SOURCE), events=("start", "end"))],
    "target": lambda: etree.fromstring("<a b='c'>text<d/></a>", etree.XMLParser(target=Target())),
    "classes": own_classes,
    "objectify": objectified,
    "schema": lambda: (schema.validate(etree.XML("<a>x</a>")), schema.validate(etree.XML("<b/>")), schema.error_log[0].message),
    "copies": lambda: (etree.tostring(copy.deepcopy(tree)) == etree.tostring(tree), etree.tostring(copy.copy(tree[1]))),
    "pickled": lambda: objectify.dump(pickle.loads(pickle.dumps(objectify.fromstring("<a><b>1</b></a>")))),
}.items():
    check(label, function)
