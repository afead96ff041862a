"""Renders templates/ and snippets.txt with transformers; see README.md."""

import copy
import datetime
import json
import pathlib

import transformers.utils.chat_template_utils as chat


class March(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2026, 3, 7, 4, 5, 9)


chat.datetime = March


def render(template, messages, **variables):
    marked = "generation" in template and not variables.get("add_generation_prompt")
    try:
        texts, spans = chat.render_jinja_template(
            conversations=[copy.deepcopy(messages)],
            chat_template=template,
            return_assistant_tokens_mask=marked,
            **copy.deepcopy(variables),
        )
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    spans = spans[0] if spans else []
    return {"text": texts[0], "generated": [texts[0][start:end] for start, end in spans]}


given = json.loads(pathlib.Path("chats.json").read_text())
golden = []
for path in sorted(pathlib.Path("templates").glob("*.jinja")):
    template = path.read_text()
    for case in given["chats"]:
        for add in (False, True):
            arguments = dict(case.get("variables", {}), **given["tokens"])
            if "tools" in case:
                arguments["tools"] = given[case["tools"]]
            result = render(template, case["messages"], add_generation_prompt=add, **arguments)
            golden.append({"template": path.name, "chat": case["name"], "prompt": add, **result})
pathlib.Path("golden.json").write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n")

snippets = []
for line in pathlib.Path("snippets.txt").read_text().splitlines():
    template = line.replace("⏎", "\n")
    result = render(template, given["snippets"]["messages"], **given["snippets"]["variables"])
    snippets.append({"template": template, **result})
pathlib.Path("snippets.json").write_text(json.dumps(snippets, indent=1, ensure_ascii=False) + "\n")
