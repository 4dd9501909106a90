"""The alerts' part of the configuration file."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from ionq_data.alert_rules import Alerts, Rules
from ionq_data.config import ConfigurationError, Settings, load_settings
from ionq_data.resources import RESOURCES

DOCUMENT = Path(__file__).parents[2] / "docs" / "alerts.md"


def test_a_file_sets_some_thresholds_and_leaves_the_others(tmp_path: Path) -> None:
    file = tmp_path / "ionq-data.toml"
    file.write_text('[alerts]\nurls_env = "X"\n[alerts.rules.stale_data]\nafter_hours = { jobs = 8 }\n')
    alerts = load_settings(file).alerts
    assert alerts.urls_env == "X"
    assert alerts.rules.stale_data.allowed_hours("jobs", RESOURCES["jobs"].every) == 8
    assert alerts.rules.stale_data.allowed_hours("backends", RESOURCES["backends"].every) == 1
    assert alerts.rules.stale_data.allowed_hours("usage", RESOURCES["usage"].every) == 50
    assert alerts.rules.cost_anomaly == Rules().cost_anomaly


@pytest.mark.parametrize(
    "text",
    [
        "[alerts]\nurls = ['json://x']",
        "[alerts.rules.no_such_rule]\nenabled = true",
        "[alerts.rules.cost_anomaly]\nmin_score = -1",
        "[alerts.rules.budget_at_risk]\nmin_probability = 0",
    ],
)
def test_what_is_no_setting_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "ionq-data.toml"
    file.write_text(text)
    with pytest.raises(ConfigurationError, match=r"alerts\."):
        load_settings(file)


def test_the_example_in_the_documentation_is_the_default_of_every_threshold() -> None:
    blocks = re.findall(r"```toml\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    documented = tomllib.loads(blocks[0])
    assert Settings(**documented).alerts == Alerts()

    def names(model: type[BaseModel], given: dict[str, object], path: str = "alerts") -> None:
        fields = {name: field for name, field in model.model_fields.items() if not field.deprecated}
        assert set(given) == set(fields), path
        for name, field in fields.items():
            if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
                names(field.annotation, given[name], f"{path}.{name}")  # type: ignore[arg-type]

    names(Alerts, documented["alerts"])
