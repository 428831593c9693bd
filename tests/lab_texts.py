"""Texts of labs that tests play: a step of every kind, and labs of them."""

from __future__ import annotations

HEAD = """
format = 1
level = "beginner"
minutes = 5
title = { en = "Everything once", es = "Todo una vez" }
aims = [{ en = "Try each task", es = "Probar cada tarea" }]
"""

NUMBER = """
[[steps]]
title = { en = "A number", es = "Un número" }
text = { en = "What comes **out**?", es = "¿Qué **sale**?" }
explanation = { en = "The sum is 12.", es = "La suma es 12." }
free = ["stride"]
[steps.setup]
workspace = "convolution"
image = "patch"
stages = [{ kind = "convolution", filters = ["plus"] }]
hide = [0]
[steps.task]
kind = "number"
of = { stage = 0 }
"""

SHAPE = """
[[steps]]
text = { en = "Which size?", es = "¿Qué tamaño?" }
[steps.setup]
workspace = "convolution"
image = "stripes"
stages = [{ kind = "convolution", filters = ["plus"] }]
hide = [0]
[steps.task]
kind = "shape"
stage = 0
"""

MATRIX = """
[[steps]]
text = { en = "Fill it in.", es = "Rellénala." }
[steps.setup]
workspace = "convolution"
image = [[1, 2, 0, 1], [3, 0, 1, 5], [2, 1, 1, 0], [0, 7, 2, 3]]
stages = [{ kind = "pooling", takes = "max" }]
hide = [0]
[steps.task]
kind = "matrix"
stage = 0
"""

CHOICE = """
[[steps]]
text = { en = "Choose.", es = "Elige." }
[steps.task]
kind = "choice"
options = [
  { text = { en = "the wrong one", es = "la mala" }, says = { en = "Not this.", es = "Esta no." } },
  { text = { en = "the right one", es = "la buena" }, right = true },
  { text = { en = "another", es = "otra" } },
]
"""

ORDER = """
[[steps]]
text = { en = "In order.", es = "En orden." }
[steps.task]
kind = "order"
items = [{ en = "one", es = "uno" }, { en = "two", es = "dos" }, { en = "three", es = "tres" }]
"""

CLICK = """
[[steps]]
text = { en = "Click the largest.", es = "Haz clic en el mayor." }
[steps.setup]
workspace = "convolution"
image = [[1, 2, 0, 1], [3, 0, 1, 5], [2, 1, 1, 0], [0, 7, 2, 3]]
stages = [{ kind = "pooling", takes = "max" }]
[steps.task]
kind = "click"
largest = true
"""

FIELD = """
[[steps]]
text = { en = "Mark what the cell sees.", es = "Marca lo que ve la celda." }
[steps.setup]
workspace = "convolution"
image = "stripes"
stages = [{ kind = "convolution", filters = ["plus"] }]
[steps.task]
kind = "click"
receptive_field_of = { stage = 0, row = 1, column = 2 }
"""

REACH = """
[[steps]]
text = { en = "Make it 3×3.", es = "Hazlo de 3×3." }
free = ["stride", "padding"]
[steps.setup]
workspace = "convolution"
image = [[1, 2, 0, 1, 1], [3, 0, 1, 5, 1], [2, 1, 1, 0, 1], [0, 7, 2, 3, 1], [0, 7, 2, 3, 1]]
stages = [{ kind = "convolution", filters = ["plus"], padding = 1 }]
[steps.task]
kind = "reach"
conditions = [{ what = "size", equals = [3, 3] }]
[steps.task.example]
workspace = "convolution"
image = [[1, 2, 0, 1, 1], [3, 0, 1, 5, 1], [2, 1, 1, 0, 1], [0, 7, 2, 3, 1], [0, 7, 2, 3, 1]]
stages = [{ kind = "convolution", filters = ["plus"] }]
"""

FIGURE = """
[[steps]]
text = { en = "Take a figure.", es = "Toma una figura." }
[steps.task]
kind = "figure"
"""

WORDS = """
[[steps]]
text = { en = "Say it in your own words.", es = "Dilo con tus palabras." }
[steps.task]
kind = "text"
words = 2
"""

READ = """
[[steps]]
text = { en = "That was all.", es = "Eso fue todo." }
"""

LAB = "".join((HEAD, NUMBER, SHAPE, MATRIX, CHOICE, ORDER, CLICK, FIELD, REACH, FIGURE, WORDS, READ))
BY_HAND = "".join(('format = 1\ntitle.en = "By hand"\n', NUMBER, WORDS))
