"""OpenQASM 3 as steps: the subset that the service takes, without loops, branches and subroutines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import openqasm3
from openqasm3 import ast

from ionq_data.emulator.quantum.circuit import (
    ALL_QUBITS,
    FIXED,
    Circuit,
    CircuitError,
    Measure,
    PauliRotation,
    Reset,
    Step,
    Unitary,
    check_controls,
    check_distinct,
    controlled,
    inverse,
)
from ionq_data.emulator.quantum.qasm3_expressions import evaluate
from ionq_data.emulator.quantum.qasm3_gates import standard_gate

KEY = "input.data"
MOST_REPEATS = 10_000


@dataclass
class _Program:
    """The declarations and steps so far; registers list the numbers of their qubits and bits."""

    qubits: dict[str, list[int]] = field(default_factory=dict)
    bits: dict[str, list[int]] = field(default_factory=dict)
    constants: dict[str, float] = field(default_factory=dict)
    gates: dict[str, ast.QuantumGateDefinition] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    width: int = 0
    bit_count: int = 0
    gate_count: int = 0


def read_program(source: str, parameters: Sequence[float] | None = None) -> Circuit:
    """Return the circuit of an OpenQASM 3 program.

    Args:
        source: The program.
        parameters: Values of the program's inputs, in the order of their declarations; None if inputs are not allowed.

    Raises:
        CircuitError: If the program is not OpenQASM 3, or uses a construct outside the subset, which the message names.
    """
    try:
        parsed = openqasm3.parse(source, permissive=False)
    except Exception as error:  # noqa: BLE001 - the parser raises several unrelated kinds
        raise _refused(f"The program is not OpenQASM 3: {str(error)[:200] or type(error).__name__}") from None
    if parsed.version is not None and not parsed.version.startswith("3"):
        raise _refused(f"The program is OpenQASM {parsed.version}; OpenQASM 3 is needed.")
    program = _Program()
    values = iter(parameters or ())
    for statement in parsed.statements:
        if parameters is not None and isinstance(statement, ast.IODeclaration):
            _bind(program, statement, next(values, None))
        else:
            _take(program, statement)
    return _finish(program)


def _refused(message: str, code: str = "PreflightError") -> CircuitError:
    return CircuitError(code, message, KEY)


def _bind(program: _Program, statement: ast.IODeclaration, value: float | None) -> None:
    if statement.io_identifier is not ast.IOKeyword.input or value is None:
        raise _refused(f"{statement.identifier.name} gets no value.")
    program.constants[statement.identifier.name] = value


def _take(program: _Program, statement: Any) -> None:
    if isinstance(statement, ast.QubitDeclaration):
        size = 1 if statement.size is None else _size(program, statement.size)
        program.qubits[statement.qubit.name] = list(range(program.width, program.width + size))
        program.width += size
    elif isinstance(statement, ast.ClassicalDeclaration):
        _declare_bits(program, statement)
    elif isinstance(statement, ast.ConstantDeclaration):
        program.constants[statement.identifier.name] = evaluate(statement.init_expression, program.constants)
    elif isinstance(statement, ast.QuantumGateDefinition):
        program.gates[statement.name.name] = statement
    elif isinstance(statement, ast.QuantumGate):
        _apply(program, statement)
    elif isinstance(statement, ast.QuantumMeasurementStatement):
        _measure(program, statement.measure.qubit, statement.target)
    elif isinstance(statement, ast.QuantumReset):
        for qubit in _operand(program, statement.qubits):
            program.steps.append(Reset(qubit))
    elif not isinstance(
        statement, ast.Include | ast.QuantumBarrier | ast.DelayInstruction | ast.QuantumPhase | ast.Pragma
    ):
        # Delays do not affect the simulation, and a global phase cannot be seen.
        raise _refused(f"{type(statement).__name__} is not supported.", "UnsupportedGate")


def _size(program: _Program, expression: Any) -> int:
    size = evaluate(expression, program.constants)
    if size != int(size) or not 1 <= size <= 1000:
        raise _refused(f"A register cannot have {size:g} elements.")
    return int(size)


def _declare_bits(program: _Program, statement: ast.ClassicalDeclaration) -> None:
    if not isinstance(statement.type, ast.BitType):
        raise _refused(f"A variable of {type(statement.type).__name__} is not supported.", "UnsupportedGate")
    size = 1 if statement.type.size is None else _size(program, statement.type.size)
    program.bits[statement.identifier.name] = list(range(program.bit_count, program.bit_count + size))
    program.bit_count += size
    if isinstance(statement.init_expression, ast.QuantumMeasurement):
        _measure(program, statement.init_expression.qubit, statement.identifier)
    elif statement.init_expression is not None:
        raise _refused("A bit register can only begin with a measurement or without a value.", "UnsupportedGate")


def _operand(program: _Program, operand: Any, *, of_bits: bool = False) -> list[int]:
    """Return the qubits, or the bits, that an operand names."""
    registers = program.bits if of_bits else program.qubits
    name = operand.name if isinstance(operand.name, str) else operand.name.name
    if name.startswith("$") and not of_bits and name[1:].isdigit():
        # Physical qubits need no declaration.
        program.width = max(program.width, int(name[1:]) + 1)
        return [int(name[1:])]
    if name not in registers:
        raise _refused(f"{name} is not declared.")
    chosen = registers[name]
    for index in getattr(operand, "indices", []):
        chosen = _indexed(program, chosen, index, name)
    return chosen


def _indexed(program: _Program, register: list[int], index: Any, name: str) -> list[int]:
    values = index.values if isinstance(index, ast.DiscreteSet) else index
    picked: list[int] = []
    for value in values:
        if isinstance(value, ast.RangeDefinition):
            edges = [None if e is None else int(evaluate(e, program.constants)) for e in (value.start, value.end)]
            step = 1 if value.step is None else int(evaluate(value.step, program.constants))
            start, end = edges[0] or 0, len(register) - 1 if edges[1] is None else edges[1]
            picked += range(start, end + 1, step)
        else:
            picked.append(int(evaluate(value, program.constants)))
    if not all(-len(register) <= one < len(register) for one in picked):
        raise _refused(f"{name} has {len(register)} elements, there is none with number {max(picked)}.")
    return [register[one] for one in picked]


def _measure(program: _Program, operand: Any, target: Any) -> None:
    qubits = _operand(program, operand)
    bits = [-1] * len(qubits) if target is None else _operand(program, target, of_bits=True)
    if len(bits) != len(qubits):
        raise _refused(f"A measurement of {len(qubits)} qubits cannot fill {len(bits)} bits.")
    for qubit, bit in zip(qubits, bits, strict=True):
        program.steps.append(Measure(qubit, bit))


def _apply(program: _Program, call: ast.QuantumGate) -> None:
    """Apply a gate; whole registers as operands mean one gate per element."""
    operands = [_operand(program, operand) for operand in call.qubits]
    length = max(len(operand) for operand in operands)
    if any(len(operand) not in (1, length) for operand in operands):
        raise _refused(f"Gate {call.name.name} is given registers of different sizes.")
    for at in range(length):
        qubits = [operand[at if len(operand) > 1 else 0] for operand in operands]
        program.steps += _gate_steps(program, call, qubits, program.constants, depth=0)
        program.gate_count += 1


def _gate_steps(
    program: _Program, call: ast.QuantumGate, qubits: list[int], names: dict[str, float], *, depth: int
) -> list[Step]:
    check_distinct(qubits, KEY)
    if depth > 50:
        raise _refused(f"Gate {call.name.name} is defined by itself.")
    arguments = [evaluate(argument, names) for argument in call.arguments]
    control_count = sum(_control_count(modifier, names) for modifier in call.modifiers)
    if control_count >= len(qubits):
        raise _refused(f"Gate {call.name.name} has more controls than qubits.")
    own = qubits[control_count:]
    definition = program.gates.get(call.name.name)
    if definition is None:
        steps = standard_gate(call.name.name, arguments, own)
    else:
        steps = _defined_steps(program, definition, own, arguments, depth)
    return _modified(call, steps, qubits[:control_count], names)


def _defined_steps(
    program: _Program, definition: ast.QuantumGateDefinition, qubits: list[int], arguments: list[float], depth: int
) -> list[Step]:
    name = definition.name.name
    if len(qubits) != len(definition.qubits) or len(arguments) != len(definition.arguments):
        raise _refused(f"Gate {name} takes {len(definition.arguments)} angles and {len(definition.qubits)} qubits.")
    names = {**program.constants, **{a.name: v for a, v in zip(definition.arguments, arguments, strict=True)}}
    wires = {q.name: qubit for q, qubit in zip(definition.qubits, qubits, strict=True)}
    steps: list[Step] = []
    for part in definition.body:
        if isinstance(part, ast.QuantumGate):
            if any(operand.name not in wires for operand in part.qubits):
                raise _refused(f"The definition of gate {name} uses a qubit it does not have.")
            inner = [wires[operand.name] for operand in part.qubits]
            steps += _gate_steps(program, part, inner, names, depth=depth + 1)
        elif isinstance(part, ast.QuantumPhase):
            # This phase can be seen only if the gate is controlled.
            angle = evaluate(part.argument, names)
            steps.append(Unitary(qubits[0], np.exp(1j * angle) * np.eye(2, dtype=np.complex128)))
        elif not isinstance(part, ast.QuantumBarrier):
            raise _refused(f"{type(part).__name__} in a gate is not supported.", "UnsupportedGate")
    return steps


def _control_count(modifier: ast.QuantumGateModifier, names: dict[str, float]) -> int:
    if modifier.modifier not in (ast.GateModifierName.ctrl, ast.GateModifierName.negctrl):
        return 0
    return 1 if modifier.argument is None else int(evaluate(modifier.argument, names))


def _modified(call: ast.QuantumGate, steps: list[Step], controls: list[int], names: dict[str, float]) -> list[Step]:
    """Return a gate's steps under its modifiers, the one next to the gate first."""
    left = list(controls)
    for modifier in reversed(call.modifiers):
        if modifier.modifier is ast.GateModifierName.inv:
            steps = inverse(steps)
        elif modifier.modifier is ast.GateModifierName.pow:
            steps = _power(steps, evaluate(modifier.argument, names))
        else:
            count = _control_count(modifier, names)
            taken, left = left[len(left) - count :], left[: len(left) - count]
            steps = [part for step in steps for part in controlled(step, tuple(taken))]
            if modifier.modifier is ast.GateModifierName.negctrl:
                flips = [Unitary(qubit, FIXED["x"]) for qubit in taken]
                steps = [*flips, *steps, *flips]
    for step in steps:
        if isinstance(step, Unitary):
            check_controls(step, KEY)
    return steps


def _power(steps: list[Step], exponent: float) -> list[Step]:
    if exponent == int(exponent) and abs(exponent) <= MOST_REPEATS:
        repeated = steps * abs(int(exponent))
        return repeated if exponent >= 0 else inverse(repeated)
    if len(steps) == 1 and isinstance(steps[0], Unitary):
        values, vectors = np.linalg.eig(steps[0].matrix)
        powered = vectors @ np.diag(np.exp(1j * np.angle(values) * exponent)) @ np.linalg.inv(vectors)
        return [Unitary(steps[0].target, powered, steps[0].controls)]
    raise _refused(f"pow({exponent:g}) of this gate is not supported.", "UnsupportedGate")


def _finish(program: _Program) -> Circuit:
    """Return the circuit: a measurement is read at the end if its qubit then rests, else it is recorded."""
    if not program.width:
        raise _refused("The program declares no qubit.")
    last_use: dict[int, int] = {}
    for place, step in enumerate(program.steps):
        for qubit in _touched(step):
            last_use[qubit] = place
    sources: dict[int, int] = {}
    steps: list[Step] = []
    recorded = 0
    for place, step in enumerate(program.steps):
        if not isinstance(step, Measure):
            steps.append(step)
        elif last_use[step.target] == place:
            sources[step.bit] = step.target
        else:
            steps.append(Measure(step.target, recorded))
            sources[step.bit] = program.width + recorded
            recorded += 1
    registers: dict[str, tuple[int | None, ...]] = {ALL_QUBITS: tuple(range(program.width))}
    registers.update({name: tuple(sources.get(bit) for bit in bits) for name, bits in program.bits.items()})
    return Circuit(program.width, tuple(steps), registers, recorded, program.gate_count)


def _touched(step: Step) -> tuple[int, ...]:
    if isinstance(step, PauliRotation):
        return step.targets
    return (step.target, *step.controls) if isinstance(step, Unitary) else (step.target,)
