"""Constant expressions of OpenQASM 3."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from openqasm3 import ast

from ionq_data.emulator.quantum.circuit import CircuitError

_CONSTANTS = {
    "pi": math.pi, "π": math.pi, "tau": math.tau, "τ": math.tau, "euler": math.e, "ℇ": math.e,
}  # fmt: skip
_FUNCTIONS: dict[str, Callable[..., float]] = {
    name: getattr(math, known)
    for name, known in {
        "sin": "sin", "cos": "cos", "tan": "tan", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "exp": "exp",
        "log": "log", "ln": "log", "sqrt": "sqrt", "ceiling": "ceil", "floor": "floor", "pow": "pow", "mod": "fmod",
    }.items()
}  # fmt: skip
_OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "%": operator.mod,
    "**": math.pow,
}  # fmt: skip


def evaluate(expression: Any, names: dict[str, float]) -> float:
    """Return the value of an expression over constants and a gate's arguments.

    Raises:
        CircuitError: If it uses a name without a value, or is no number.
    """
    try:
        return _value(expression, names)
    except (ArithmeticError, ValueError, TypeError) as error:
        raise CircuitError("PreflightError", f"An expression has no value: {error}.", "input.data") from None


def _value(expression: Any, names: dict[str, float]) -> float:
    if isinstance(expression, ast.IntegerLiteral | ast.FloatLiteral):
        return float(expression.value)
    if isinstance(expression, ast.Identifier):
        if expression.name in names:
            return names[expression.name]
        if expression.name in _CONSTANTS:
            return _CONSTANTS[expression.name]
        raise CircuitError("PreflightError", f"{expression.name} has no value.", "input.data")
    if isinstance(expression, ast.UnaryExpression) and expression.op.name == "-":
        return -_value(expression.expression, names)
    if isinstance(expression, ast.BinaryExpression) and expression.op.name in _OPERATORS:
        return _OPERATORS[expression.op.name](_value(expression.lhs, names), _value(expression.rhs, names))
    if isinstance(expression, ast.FunctionCall) and expression.name.name in _FUNCTIONS:
        return float(_FUNCTIONS[expression.name.name](*[_value(one, names) for one in expression.arguments]))
    raise CircuitError("PreflightError", f"{type(expression).__name__} is no constant number.", "input.data")
