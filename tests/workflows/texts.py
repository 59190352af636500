"""Template files that the tests of this folder share."""

EXAMPLE = """aime: 1                          # format version
name: Requirement to code
description: From a requirement to reviewed code.
visibility: space                # space | personal
nodes:
  - key: analyse                 # unique, [a-z][a-z0-9_]{0,39}; never changes in the life of a template
    type: task
    title: Analyse the requirement
    position: [0, 0]             # canvas units; optional, laid out when absent
    prompt: |                    # or `task_template: <slug>` of the space
      Analyse this requirement and list open questions.
      {{ requirement }}
    inputs:
      - {name: requirement, type: text, ask: true, default: "", label: Requirement, required: true}
    outputs:
      - {name: analysis, type: file, required: true, description: The analysis as one markdown document}
      - {name: summary, type: text, description: The three most important findings}
    confirm: true                # waits for a person
    executor: initiator          # or a username
    notify: [{who: initiator, on: [waiting, failed]}]
    model: null                  # null: the space's default
    tools: [files, links]        # named tool sets
    limits: {tool_rounds: 20, seconds: 1800, tokens: 200000}
    retry: {attempts: 3}
  - key: design
    type: task
    title: Technical design
    prompt: "Design a solution for: {{ analysis }} {{ style }}"
    inputs:
      - {name: analysis, type: file, from: analyse.analysis}
      - {name: style, type: text, value: "one page"}
    outputs:
      - {name: design, type: file, description: The design document}
edges:                           # order of execution; a reference implies that its source is upstream
  - [analyse, design]
"""

CANONICAL = """aime: 1
name: Requirement to code
description: From a requirement to reviewed code.
nodes:
  - key: analyse
    type: task
    title: Analyse the requirement
    position: [0, 0]
    prompt: |
      Analyse this requirement and list open questions.
      {{ requirement }}
    inputs:
      - name: requirement
        type: text
        ask: true
        label: Requirement
    outputs:
      - name: analysis
        type: file
        description: The analysis as one markdown document
      - name: summary
        type: text
        description: The three most important findings
    confirm: true
    notify:
      - who: initiator
        on: [waiting, failed]
  - key: design
    type: task
    title: Technical design
    prompt: 'Design a solution for: {{ analysis }} {{ style }}'
    inputs:
      - name: analysis
        type: file
        from: analyse.analysis
      - name: style
        type: text
        value: one page
    outputs:
      - name: design
        type: file
        description: The design document
edges:
  - [analyse, design]
"""


def problems(text: str) -> list[str]:
    """Return the problems of a file as they are printed."""
    from workflows.document import DocumentError, parse_yaml

    try:
        parse_yaml(text)
    except DocumentError as exc:
        return [str(problem) for problem in exc.problems]
    return []


def task(key: str, *lines: str) -> str:
    """Return a task node with further lines."""
    return "\n".join([f"  - key: {key}", "    type: task", "    prompt: Do it.", *(f"    {line}" for line in lines)])


def file(*nodes: str, edges: str = "[]") -> str:
    """Return a template file of these nodes."""
    return "\n".join(["aime: 1", "name: T", "nodes:", *nodes, f"edges: {edges}", ""])
