"""The YAML files of the kit. Oracle: PyYAML's own safe loader."""

import pytest
import yaml

from kamlib.study import shipped as module


def test_what_libyaml_reads_is_what_pyyaml_reads_and_it_is_read_once():
    files = sorted(file for file in module.Path(module.__file__).parents[1].rglob("*.yaml") if "init" not in file.parts)
    assert len(files) > 4
    for file in files:
        found = module.shipped(file)
        assert found == yaml.safe_load(file.read_text(encoding="utf-8")), file.name
        assert module.shipped(file) is found


def test_tags_that_run_code_are_refused(tmp_path):
    hostile = tmp_path / "hostile.yaml"
    hostile.write_text("!!python/object/apply:os.getcwd []", encoding="utf-8")
    with pytest.raises(yaml.YAMLError):
        module.shipped(hostile)
