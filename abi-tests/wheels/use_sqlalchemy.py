"""SQLAlchemy with its Cython extensions on SQLite: tables and queries, the ORM, results and what goes wrong."""

import decimal
import pickle

import sqlalchemy as sa
from checks import check, check_type
from sqlalchemy import event, exc, orm
from sqlalchemy.engine import _result_cy, _row_cy, _util_cy
from sqlalchemy.sql import _util_cy as sql_util
from sqlalchemy.util import _collections_cy, _immutabledict_cy

for module in (_result_cy, _row_cy, _util_cy, sql_util, _collections_cy, _immutabledict_cy):
    check(f"binary {module.__name__}", lambda: (module.__file__.rpartition("/")[2], module._is_compiled()))

metadata = sa.MetaData()
users = sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(20), nullable=False, unique=True), sa.Column("balance", sa.Numeric(10, 2)))
engine = sa.create_engine("sqlite://")
with engine.begin() as connection:
    metadata.create_all(connection)
    connection.execute(users.insert(), [{"name": f"user {i}", "balance": decimal.Decimal(i) / 4} for i in range(1, 8)])
with engine.connect() as connection:
    for label, use in {
        "rows": lambda: connection.execute(sa.select(users).order_by(users.c.id)).all(),
        "row": lambda: (lambda r: (r.name, r[0], r._mapping["name"], r._asdict(), tuple(r), len(r), r == tuple(r), hash(r) == hash(tuple(r)), r._fields, r[1:], "user 1" in r, r.count(1)))(connection.execute(sa.select(users).order_by(users.c.id)).first()),
        "row missing": lambda: connection.execute(sa.select(users)).first().nothing,
        "row index": lambda: connection.execute(sa.select(users)).first()[9],
        "row set": lambda: setattr(connection.execute(sa.select(users)).first(), "name", "x"),
        "row order": lambda: sorted(connection.execute(sa.select(users.c.balance, users.c.id)), reverse=True)[0],
        "pickle": lambda: (lambda r: pickle.loads(pickle.dumps(r)) == r)(connection.execute(sa.select(users)).first()),
        "scalars": lambda: connection.scalars(sa.select(users.c.name).where(users.c.balance > 1).order_by(users.c.id)).all(),
        "mappings": lambda: [dict(m) for m in connection.execute(sa.select(users).limit(2)).mappings()],
        "tuples": lambda: [(a, b) for a, b in connection.execute(sa.select(users.c.id, users.c.name).limit(2)).tuples()],
        "partitions": lambda: [len(part) for part in connection.execute(sa.select(users)).partitions(3)],
        "one": lambda: connection.execute(sa.select(users).where(users.c.id == 3)).one(),
        "one of none": lambda: connection.execute(sa.select(users).where(users.c.id == 99)).one(),
        "one of many": lambda: connection.execute(sa.select(users)).one(),
        "unique": lambda: connection.execute(sa.select(users.c.id % 2)).unique().all(),
        "columns": lambda: connection.execute(sa.select(users)).columns("name", 0).fetchmany(2),
        "aggregate": lambda: connection.execute(sa.select(sa.func.count(), sa.func.sum(users.c.id), sa.func.max(users.c.name))).one(),
        "text": lambda: connection.execute(sa.text("select :a + 1 as b"), {"a": 41}).scalar_one(),
        "keys": lambda: list(connection.execute(sa.select(users)).keys()),
        "frozen": lambda: connection.execute(sa.select(users.c.id)).freeze()().scalars().all(),
        "closed": lambda: (lambda r: (r.close(), r.all()))(connection.execute(sa.select(users))),
        "no table": lambda: connection.execute(sa.text("select * from nothing")),
        "parameters": lambda: connection.execute(users.insert(), {"nothing": 1}),
        "compiled": lambda: str(sa.select(users).where(users.c.name.in_(["a", "b"]), sa.or_(users.c.id > 5, users.c.balance.is_(None))).compile(engine)),
        "cache key": lambda: sa.select(users).where(users.c.id == 5)._generate_cache_key() == sa.select(users).where(users.c.id == 6)._generate_cache_key(),
    }.items():
        check_type(label, use)
with engine.connect() as connection:
    try:
        connection.execute(users.insert(), {"name": "user 1"})
    except exc.IntegrityError as error:
        check("integrity", lambda: (type(error.orig).__name__, str(error.orig), error.params))
    connection.rollback()


class Base(orm.DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "author"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    name: orm.Mapped[str]
    books: orm.Mapped[list["Book"]] = orm.relationship(back_populates="author", cascade="all, delete-orphan", order_by="Book.id")


class Book(Base):
    __tablename__ = "book"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    title: orm.Mapped[str]
    author_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("author.id"))
    author: orm.Mapped[Author] = orm.relationship(back_populates="books")

    def __repr__(self):
        return f"Book({self.title!r})"


log = []
event.listen(Book, "before_insert", lambda mapper, connection, book: log.append(book.title))
Base.metadata.create_all(engine)
with orm.Session(engine) as session:
    session.add_all([Author(name=name, books=[Book(title=f"{name} {i}") for i in range(3)]) for name in ("Ada", "Émile")])
    session.commit()
    for label, use in {
        "query": lambda: session.scalars(sa.select(Book).join(Author).where(Author.name == "Ada").order_by(Book.id)).all(),
        "events": lambda: sorted(log),
        "identity": lambda: session.get(Book, 1) is session.scalars(sa.select(Book).where(Book.id == 1)).one(),
        "entities": lambda: [(author.name, count) for author, count in session.execute(sa.select(Author, sa.func.count(Book.id)).join(Book).group_by(Author.id).order_by(Author.id))],
        "eager": lambda: [len(author.books) for author in session.scalars(sa.select(Author).options(orm.selectinload(Author.books)))],
        "joined": lambda: [len(author.books) for author in session.scalars(sa.select(Author).options(orm.joinedload(Author.books))).unique()],
        "change": lambda: (lambda book: (setattr(book, "title", "new"), book in session.dirty, sa.inspect(book).attrs.title.history.added, session.flush()))(session.get(Book, 2)),
        "delete": lambda: (session.delete(session.get(Author, 2)), session.flush(), session.scalar(sa.select(sa.func.count()).select_from(Book))),
        "rollback": lambda: (session.rollback(), session.get(Book, 2).title),
        "detached": lambda: (lambda book: (session.expunge(book), book.author))(session.get(Book, 3)),
        "not null": lambda: (session.add(Book(title="orphan")), session.flush()),
        "raises": lambda: session.get(Book, "x", options=5),
    }.items():
        check_type(f"orm {label}", use)

d = sa.util.immutabledict({"a": 1})
for label, use in {
    "immutable": lambda: (d, d.union({"b": 2}), d.merge_with({"c": 3}), d | {"z": 0}, repr(d), d["a"], isinstance(d, dict), d.union(None) is d),
    "set": lambda: d.__setitem__("b", 1),
    "update": lambda: d.update(b=1),
    "pickle": lambda: pickle.loads(pickle.dumps(d)),
    "ordered": lambda: (lambda s: (s, s | {9, 1}, s - {2}, list(s), s[0], s.add(2), 3 in s, repr(s), s == {3, 1, 2}))(sa.util.OrderedSet([3, 1, 2])),
    "ordered copy": lambda: (lambda s: (s.copy(), s.union([7]), s.intersection([1]), s.pop(), s))(sa.util.OrderedSet([3, 1])),
    "identity": lambda: (lambda a, b: (a in (s := sa.util.IdentitySet([a])), b in s, len(s), s.union([b]) > s, s == sa.util.IdentitySet([a])))([1], [1]),
    "identity hash": lambda: hash(sa.util.IdentitySet()),
    "unique": lambda: sa.util.unique_list([3, 1, 3, 2, 1]),
    "unique fails": lambda: sa.util.unique_list([[]]),
    "parameters": lambda: (_util_cy._distill_params_20(None), _util_cy._distill_params_20({"a": 1}), _util_cy._distill_params_20([{"a": 1}])),
    "parameters wrong": lambda: _util_cy._distill_params_20([1]),
    "tuplegetter": lambda: (_util_cy.tuplegetter(1)("abc"), _util_cy.tuplegetter(0, 2)("abc")),
    "prefix": lambda: (lambda m: (m["5 name"], m["5 name"], m["6 name"]))(sql_util.prefix_anon_map()),
}.items():
    check_type(label, use)
with engine.begin() as connection:
    connection.execute(users.insert(), [{"name": f"many {i}", "balance": i} for i in range(3000)])
    check("many", lambda: sum(row.id for row in connection.execute(sa.select(users))))
