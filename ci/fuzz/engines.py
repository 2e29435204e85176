# SPDX-License-Identifier: Apache-2.0 OR MIT
"""The engines by name. Each is a module with NAME, Worker, artifacts and harvest_left."""

from ci.fuzz import aflpp
from ci.fuzz import libfuzzer

ENGINES = {engine.NAME: engine for engine in (libfuzzer, aflpp)}
