"""Written arithmetic that leaves open what is asked for. Pure, no widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnexplorer.core import format_number

if TYPE_CHECKING:
    from cnnexplorer.core import Step

    from .step_view import Token

    Term = list[Token]

OPEN = "?"


def open_arithmetic(lines: list[list[Term]], step: Step, known: int, decimals: int) -> list[list[Term]]:
    """Return a step's lines without what comes out.

    Parameters
    ----------
    lines
        The whole arithmetic: lines of terms of coloured pieces.
    known
        0 leaves only the results open; from 1 on, as many products are written, with what they come to so far.
    """
    if step.products is None:
        *terms, last = lines[0]
        return [[*([_plain(token) for token in term] for term in terms), _without_result(last)]]
    taps = step.products[0].size
    sums = step.products.reshape(len(step.products), -1)
    written: list[list[Term]] = []
    for plane, terms in enumerate(lines[: len(sums)]):
        count = taps if known == 0 else min(max(known - plane * taps, 0), taps)
        rest = terms[taps:]
        if count < taps:
            so_far = format_number(float(sums[plane, :count].sum()), decimals)
            written.append(_cut(terms, count, so_far))
        elif known == 0 or len(sums) == 1:
            written.append([*terms[:taps], *rest[:-1], _without_result(rest[-1])])
        else:
            written.append(terms)
    if len(sums) > 1:
        sums_line = [
            term if known >= (plane + 1) * taps or plane >= len(sums) else _without_first(term)
            for plane, term in enumerate(lines[-1])
        ]
        written.append([*sums_line[:-1], _without_result(sums_line[-1])])
    return written


def _without_result(term: Term) -> Term:
    """Return a term that ends with a result, with a question mark for it."""
    return [*(_plain(token) for token in term[:-1]), term[-1]._replace(text=OPEN)]


def _without_first(term: Term) -> Term:
    return [term[0]._replace(text=OPEN), *term[1:]]


def _plain(token: Token) -> Token:
    """Return a piece that does not tell, by its colour, that it wins."""
    return token._replace(role="input") if token.role == "output" else token


def _cut(terms: list[Term], count: int, so_far: str) -> list[Term]:
    """Return the first terms of a line, and what they come to."""
    equals = terms[-1][0]
    more = equals._replace(text="… = ")
    if count:
        return [*terms[:count], [more, terms[-1][-1]._replace(text=so_far, role="text")]]
    name = terms[0][:1] if terms[0][0].role == "muted" else []
    return [[*name, equals._replace(text="…")]]
