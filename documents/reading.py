"""YAML text to values and nodes, with every check that makes editing it safe."""

import math
import operator
import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import frontmatter
import yaml
from frontmatter.default_handlers import YAMLHandler
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from . import limits
from .errors import DocumentError
from .text import has_control, place, refuse_control

_SCALAR_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp"))
_STRING = "tag:yaml.org,2002:str"
_FLOAT = "tag:yaml.org,2002:float"
_SEQUENCE = "tag:yaml.org,2002:seq"
_MAP = "tag:yaml.org,2002:map"
_MERGE = "tag:yaml.org,2002:merge"
_EQUALS = "tag:yaml.org,2002:value"

# Where an anchor or an alias may begin. Matches more than that; the event stream then decides.
_ANCHOR = re.compile(r"(?:^|[\s\[{,:])[&*][^\s,\]}]", re.MULTILINE)
# Indents and dashes deep enough to need counting before the recursive composer sees them.
_INDENT = b" \t-?:"
_IS_INDENT = bytes(0 if code in _INDENT else 1 for code in range(256))
_DEEP = bytes(40)

# What PyYAML's constructors raise for a scalar that looks like a date or a number and is none.
_VALUE_ERRORS = (ValueError, KeyError, AttributeError, IndexError, TypeError, OverflowError, RecursionError)


class _Loader(yaml.CSafeLoader):
    """Resolves tags as its base does. That also follows paths to nodes with tags of their own, of which nobody has
    set any: for each node three calls into Python, and a quarter of the time.
    """

    descend_resolver = operator.is_  # type: ignore[assignment]
    ascend_resolver = bool  # type: ignore[assignment]

    def resolve(self, kind: type[Node], value: str, implicit: tuple[bool, bool]) -> str:
        if kind is ScalarNode:
            if implicit[0]:
                for tag, pattern in self.yaml_implicit_resolvers.get(value[:1], ()):
                    if pattern.match(value):
                        return str(tag)
            return _STRING
        return _SEQUENCE if kind is SequenceNode else _MAP


class _Handler(YAMLHandler):
    """Gives python-frontmatter exactly the span we found, and keeps the nodes of the one composing run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.root: Node | None = None

    def split(self, text: str) -> tuple[str, str]:
        return self.text, ""

    def load(self, fm: str, **kwargs: object) -> Any:
        loader = _Loader(fm)
        try:
            self.root = loader.get_single_node()
            if self.root is None:
                return {}
            if not isinstance(self.root, MappingNode):
                raise _NotAMap
            return _value(fm, self.root, 1, loader, _Count("\\" in fm))
        finally:
            loader.dispose()


class _NotAMap(Exception):
    pass


class _Count:
    __slots__ = ("escapes", "keys", "nodes")

    def __init__(self, escapes: bool) -> None:
        self.escapes = escapes
        self.nodes = self.keys = 0


def read(text: str) -> tuple[dict[str, Any], MappingNode | None]:
    """The values of a front matter and the node they come from; None when it is empty.

    Raises:
        DocumentError: yaml.*, limit.*, frontmatter.not-a-map, encoding.control; the place counts within `text`.
    """
    _limit(text)
    handler = _Handler(text)
    try:
        values, _ = frontmatter.parse("", handler=handler)
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, text) from None
    except yaml.YAMLError as error:
        message = f"The front matter is not YAML: {error}."
        raise DocumentError("yaml.syntax", message, 1, 1, 'Write keys and values, such as title: "…".') from None
    except _NotAMap:
        assert handler.root is not None
        line, column = place(text, handler.root.start_mark.index)
        raise DocumentError(
            "frontmatter.not-a-map",
            f"The front matter is a {'list' if isinstance(handler.root, SequenceNode) else 'single value'}.",
            line,
            column,
            'Write keys and values, such as title: "…".',
        ) from None
    except DocumentError:
        raise
    except _VALUE_ERRORS as error:
        raise _value_error(text, handler.root, error) from None
    return values, handler.root  # type: ignore[return-value]


def compose(text: str) -> MappingNode:
    """The node of a text that `read` accepted."""
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    assert isinstance(node, MappingNode)
    return node


def same(a: object, b: object) -> bool:
    """Equal in value and type, all the way down: 1, True and 1.0 differ, and so do a date and its text."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        assert isinstance(b, dict)
        # The keys 1 and True are equal to Python.
        types = {key: type(key) for key in b}
        return a.keys() == b.keys() and all(types[key] is type(key) and same(value, b[key]) for key, value in a.items())
    if isinstance(a, list):
        assert isinstance(b, list)
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float):
        assert isinstance(b, float)
        return a == b or (math.isnan(a) and math.isnan(b))
    if isinstance(a, datetime):
        assert isinstance(b, datetime)
        return a == b and a.utcoffset() == b.utcoffset()
    return bool(a == b)


def check_value(value: object, depth: int = 1) -> Any:
    """A deep copy of a value that a front matter can hold, tuples as lists.

    Args:
        depth: level of the value, if it is a list or a map; the front matter itself is the first.

    Raises:
        DocumentError: edit.type for a type that YAML has no plain form for, encoding.control, limit.*.
    """
    if isinstance(value, str):
        refuse_control(value)
        return str(value)
    if isinstance(value, int) and abs(value) >= _TOO_LARGE:
        message = f"A number may have up to {limits.NUMBER_CHARACTERS - 1} digits."
        raise DocumentError("edit.type", message, hint="Use text.")
    if value is None or isinstance(value, bool | int | float | date):
        return value
    if not isinstance(value, list | tuple | dict):
        message = f"A front matter cannot hold a {type(value).__name__}."
        raise DocumentError("edit.type", message, hint="Use text, numbers, dates, lists and maps.")
    if depth > limits.DEPTH:
        message = f"The value would be nested more than {limits.DEPTH} levels deep."
        raise DocumentError("limit.depth", message, hint="Move content to the body.")
    if isinstance(value, dict):
        return {check_key(key): check_value(item, depth + 1) for key, item in value.items()}
    return [check_value(item, depth + 1) for item in value]


def check_key(key: Any, top: bool = False) -> Any:
    """The key of a map, if a front matter can hold it; at its top level, that is text.

    Raises:
        DocumentError: edit.type, encoding.control, limit.key.
    """
    if isinstance(key, list | tuple | dict) or key != key or (top and not isinstance(key, str)):
        message = f"{key!r} cannot be a key of a front matter."
        raise DocumentError("edit.type", message, hint="Use a name.")
    if isinstance(key, str) and len(key) > limits.KEY_CHARACTERS:
        message = f"A key has {len(key):,} characters; {limits.KEY_CHARACTERS:,} are allowed."
        raise DocumentError("limit.key", message, hint="Use a short name.")
    return check_value(key)


def check_size(values: dict[str, Any], characters: int) -> None:
    """Refuses values that `read` would not take back from a text of so many characters.

    Raises:
        DocumentError: limit.front-matter, limit.nodes, limit.keys.
    """
    if characters > limits.FRONT_MATTER_CHARACTERS:
        raise _too_long(characters)
    # A key takes two characters at least, and a value one.
    if characters <= 2 * limits.KEYS:
        return
    nodes = keys = 0
    todo: list[Any] = [values]
    while todo:
        value = todo.pop()
        nodes += 1
        if isinstance(value, dict):
            nodes += len(value)
            keys += len(value)
            todo.extend(value.values())
        elif isinstance(value, list):
            todo.extend(value)
    if nodes > limits.NODES:
        raise DocumentError("limit.nodes", _TOO_MANY_NODES, hint="Move content to the body.")
    if keys > limits.KEYS:
        raise DocumentError("limit.keys", _TOO_MANY_KEYS, hint="Move content to the body.")


_TOO_LARGE = 10 ** (limits.NUMBER_CHARACTERS - 1)
_TOO_MANY_NODES = f"The front matter holds more than {limits.NODES:,} values."
_TOO_MANY_KEYS = f"The front matter has more than {limits.KEYS:,} keys."


def _too_long(characters: int) -> DocumentError:
    return DocumentError(
        "limit.front-matter",
        f"The front matter has {characters:,} characters; {limits.FRONT_MATTER_CHARACTERS:,} are allowed.",
        1,
        1,
        "Move text to the body.",
    )


def _limit(text: str) -> None:
    if len(text) > limits.FRONT_MATTER_CHARACTERS:
        raise _too_long(len(text))
    brackets = text.count("[") + text.count("{")
    if (
        brackets > limits.DEPTH
        or len(text) > limits.NODES
        or _DEEP in text.encode().translate(_IS_INDENT)
        or (("&" in text or "*" in text) and _ANCHOR.search(text))
    ):
        _scan(text)


def _scan(text: str) -> None:
    """Walks the events, which takes no recursion: the composer would die of what is refused here."""
    depth = nodes = 0
    event: Any
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
                raise _refusal(
                    "yaml.anchor",
                    f'The front matter uses the anchor or alias "{event.anchor}": one text would stand for two values.',
                    text,
                    event.start_mark.index,
                    "Write the value out in both places.",
                )
            if isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            elif isinstance(event, yaml.NodeEvent):
                nodes += 1
                depth += isinstance(event, yaml.CollectionStartEvent)
            _bound(depth, nodes, text, event.start_mark.index)
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, text) from None


def _bound(depth: int, nodes: int, text: str, index: int) -> None:
    if depth > limits.DEPTH:
        message = f"The front matter is nested more than {limits.DEPTH} levels deep."
        raise _refusal("limit.depth", message, text, index, "Move content to the body.")
    if nodes > limits.NODES:
        raise _refusal("limit.nodes", _TOO_MANY_NODES, text, index, "Move content to the body.")


def _value(text: str, node: Node, depth: int, loader: Any, count: _Count) -> Any:
    """The value of a node as the loader would construct it, refusing what the composer is silent about.

    Strings, lists and maps are put together here: the safe constructor does the same at three times the price. What
    is no string is left to it.
    """
    tag = node.tag
    if type(node) is ScalarNode:
        if tag == _STRING:
            if node.style == '"' and count.escapes and has_control(node.value):
                message = "An escape in this text stands for a control character."
                raise _refusal("encoding.control", message, text, node.start_mark.index, "Remove it.")
            return node.value
        if tag not in _SCALAR_TAGS:
            raise _tag_error(text, node)
        return _typed(text, node, loader)
    if tag != (_SEQUENCE if type(node) is SequenceNode else _MAP):
        raise _tag_error(text, node)
    count.nodes += len(node.value)
    if depth > limits.DEPTH or count.nodes > limits.NODES:
        _bound(depth, count.nodes, text, node.start_mark.index)
    if type(node) is SequenceNode:
        return [_value(text, item, depth + 1, loader, count) for item in node.value]
    count.keys += len(node.value)
    if count.keys > limits.KEYS:
        raise _refusal("limit.keys", _TOO_MANY_KEYS, text, node.start_mark.index, "Move content to the body.")
    assert isinstance(node, MappingNode)
    _inspect_keys(text, node, top=depth == 1)
    result = {
        key.value if key.tag == _STRING else _typed(text, key, loader): _value(text, item, depth + 1, loader, count)
        for key, item in node.value
    }
    if len(result) != len(node.value):
        raise _equal_keys(text, node, loader)
    return result


def _typed(text: str, node: ScalarNode, loader: Any) -> Any:
    if len(node.value) > limits.NUMBER_CHARACTERS:
        kind = node.tag.rpartition(":")[2]
        message = f"A value of {len(node.value):,} characters is read as a {kind}, not as text."
        raise _refusal("yaml.value", message, text, node.start_mark.index, "Write it in quotes.")
    return loader.construct_object(node)


def _equal_keys(text: str, mapping: MappingNode, loader: Any) -> DocumentError:
    """Keys that are written differently and yet are one to Python: 1, 1.0 and true."""
    seen: dict[Any, str] = {}
    for key, _ in mapping.value:
        value = key.value if key.tag == _STRING else loader.construct_object(key)
        if value in seen:
            message = f'The keys "{seen[value]}" and "{key.value}" are one and the same to a reader.'
            return _refusal("yaml.duplicate-key", message, text, key.start_mark.index, "Write one of them in quotes.")
        seen[value] = key.value
    raise AssertionError("keys that are not equal")


def _inspect_keys(text: str, mapping: MappingNode, top: bool) -> None:
    seen: dict[tuple[str, str], str] = {}
    marks = "?" in text
    for key, _ in mapping.value:
        index = key.start_mark.index
        if not isinstance(key, ScalarNode) or (marks and _is_explicit(text, mapping, index)):
            message = "A key of the front matter is a list, a map or begins with ?."
            raise _refusal("yaml.key", message, text, index, "Write a plain name as the key.")
        if key.tag not in _SCALAR_TAGS:
            raise _tag_error(text, key)
        if top and key.tag != _STRING:
            message = f'The key "{key.value}" is read as a {key.tag.rpartition(":")[2]}, not as text.'
            raise _refusal("yaml.key", message, text, index, f'Write it in quotes: "{key.value}":')
        if key.tag == _FLOAT and key.value.lower().endswith(".nan"):
            raise _refusal(
                "yaml.key", "A key is not a number, and so equals no other.", text, index, "Write it in quotes."
            )
        if key.style == '"' and has_control(key.value):
            raise _refusal("encoding.control", "A key holds a control character.", text, index, "Remove it.")
        name = (key.tag, key.value.casefold() if top else key.value)
        if name in seen:
            first = seen[name]
            message = f'The key "{key.value}" stands twice'
            message += f', once as "{first}".' if first != key.value else "."
            raise _refusal("yaml.duplicate-key", message, text, index, "Keep one of the two.")
        seen[name] = key.value


def _is_explicit(text: str, mapping: MappingNode, index: int) -> bool:
    if mapping.flow_style:
        return False
    while index and text[index - 1] in " \t":
        index -= 1
    return text[index - 1 : index] == "?"


def _tag_error(text: str, node: Node) -> DocumentError:
    index = node.start_mark.index
    if node.tag == _MERGE:
        message = "The front matter uses the merge key <<: one text would stand for two values."
        return _refusal("yaml.merge-key", message, text, index, "Write the keys out.")
    if node.tag == _EQUALS:
        return _refusal("yaml.value", "A single = has a meaning of its own in YAML.", text, index, 'Write "=".')
    message = f"The tag {node.tag} is not one we know, or not for such a value."
    return _refusal("yaml.tag", message, text, index, "Remove the tag.")


def _value_error(text: str, root: Node | None, error: Exception) -> DocumentError:
    for scalar in _scalars(root) if root is not None else ():
        loader = yaml.CSafeLoader("")
        try:
            loader.construct_object(scalar)
        except yaml.YAMLError:
            continue
        except _VALUE_ERRORS as found:
            shown = scalar.value if len(scalar.value) <= 40 else scalar.value[:40] + "…"
            kind = {"timestamp": "date", "int": "number", "float": "number"}.get(scalar.tag.rpartition(":")[2], "value")
            message = f"{shown} looks like a {kind}, but is none: {found}."
            return _refusal("yaml.value", message, text, scalar.start_mark.index, "Correct it or write it in quotes.")
        finally:
            loader.dispose()
    message = f"The front matter cannot be read: {error}."
    return DocumentError("yaml.value", message, 1, 1, "Write values in quotes.")


def _scalars(root: Node) -> Iterator[ScalarNode]:
    todo = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, ScalarNode):
            yield node
        elif isinstance(node, SequenceNode):
            todo.extend(reversed(node.value))
        elif isinstance(node, MappingNode):
            todo.extend(part for pair in reversed(node.value) for part in reversed(pair))


def _syntax_error(error: yaml.MarkedYAMLError, text: str) -> DocumentError:
    mark = error.problem_mark or error.context_mark
    reason = " ".join(str(part) for part in (error.context, error.problem) if part)
    hint = "Correct this line."
    for problem, remedy in _REMEDIES.items():
        if problem in reason:
            hint = remedy
    if "expected a single document" in reason:
        reason = "a second document begins here"
    elif reason == "while scanning a quoted scalar found unexpected end of stream":
        # Where the quote opens says more than where the front matter ends.
        mark, reason = error.context_mark, "a quote is opened here and not closed"
    elif "cannot start any token" in reason and mark is not None and text[mark.index : mark.index + 1] == "\t":
        hint = "Indent with spaces."
    elif error.context_mark is not None and "expected ','" in reason:
        hint = f"Close the bracket after its last item; it opens in column {error.context_mark.column + 1}."
    line, column = place(text, min(mark.index, len(text))) if mark is not None else (1, 1)
    return DocumentError("yaml.syntax", f"The front matter is not valid YAML: {reason}.", line, column, hint)


_ONE_DOCUMENT = "It is one document: remove this line, or the three dots above it."
# What libyaml says, and what an author can do about it.
_REMEDIES = {
    "unexpected end of stream": "Close the quote. A line --- ends the front matter even inside quotes.",
    "mapping values are not allowed": "Write a text that holds a colon and a blank in quotes, or correct the indent.",
    "cannot start any token": "Write the value in quotes.",
    "found a tab character where": "Indent with spaces.",
    "escape c": "Write the character itself, or double the backslash.",
    "expected a single document": _ONE_DOCUMENT,
    "expected <document start>": _ONE_DOCUMENT,
    "could not find expected ':'": "Write a colon and a blank behind the key.",
}


def _refusal(code: str, message: str, text: str, index: int, hint: str) -> DocumentError:
    return DocumentError(code, message, *place(text, index), hint)
