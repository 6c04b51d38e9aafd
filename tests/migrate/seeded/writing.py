"""JSON and YAML as people and tools write them."""
import json

import yaml


class Dumper(yaml.SafeDumper):
    """Texts of several lines as block scalars."""


def _text(dumper, text):
    style = "|" if "\n" in text and not text.startswith(" ") else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


Dumper.add_representer(str, _text)


def as_json(value, indent=2, ascii_only=False):
    return json.dumps(value, indent=indent, ensure_ascii=ascii_only) + "\n"


def as_yaml(value, width=10000, flow=None):
    """`width` 80 folds long plain and quoted texts, as most tools do."""
    return yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=width,
                     default_flow_style=flow or False)
