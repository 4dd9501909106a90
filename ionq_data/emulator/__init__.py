"""An IonQ API v0.4 on this machine: a simulated organization with a history, a clock, faults, and the truth.

```python
from ionq_data.emulator import Emulator, Scenario

with Emulator(Scenario(seed=7, days=30, jobs=500)).serve() as server:
    print(server.base_url, server.api_key)
    server.emulator.clock.advance(3600)
```
"""

from ionq_data.emulator.emulator import Emulator, Server, replay, run
from ionq_data.emulator.faults import Fault
from ionq_data.emulator.new_job import NewJob
from ionq_data.emulator.scenario import Scenario
from ionq_data.emulator.world import RequestRecord

__all__ = ["Emulator", "Fault", "NewJob", "RequestRecord", "Scenario", "Server", "replay", "run"]
