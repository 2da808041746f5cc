"""LaTeX commands that titles use, and the characters they stand for."""

from __future__ import annotations

_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π",
    "rho": "ρ", "varrho": "ϱ", "sigma": "σ", "varsigma": "ς", "tau": "τ", "upsilon": "υ", "phi": "φ", "varphi": "φ",
    "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π",
    "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip

SYMBOLS = _GREEK | {
    "times": "×", "cdot": "·", "pm": "±", "mp": "∓", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠",
    "ne": "≠",
    "approx": "≈", "sim": "~", "simeq": "≃", "equiv": "≡", "propto": "∝", "infty": "∞", "ell": "ℓ", "hbar": "ħ",
    "to": "→", "rightarrow": "→", "leftarrow": "←", "leftrightarrow": "↔", "Rightarrow": "⇒", "mapsto": "↦",
    "partial": "∂", "nabla": "∇", "sum": "∑", "int": "∫", "prod": "∏", "in": "∈", "subset": "⊂", "cup": "∪", "cap": "∩",
    "oplus": "⊕", "otimes": "⊗", "odot": "⊙", "circ": "°", "degree": "°", "prime": "′", "dagger": "†", "star": "⋆",
    "ast": "*", "ll": "≪", "gg": "≫", "lesssim": "≲", "gtrsim": "≳", "langle": "⟨", "rangle": "⟩", "perp": "⊥",
    "parallel": "∥", "cdots": "⋯", "ldots": "…", "dots": "…", "forall": "∀", "exists": "∃", "emptyset": "∅",
    "setminus": "∖", "wedge": "∧", "vee": "∨", "aleph": "ℵ", "Re": "ℜ", "Im": "ℑ", "AA": "Å", "ss": "ß", "ae": "æ",
    "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "log": "log", "ln": "ln",
    "exp": "exp", "sin": "sin", "cos": "cos", "tan": "tan", "max": "max", "min": "min", "lim": "lim", "dim": "dim",
    "det": "det", "LaTeX": "LaTeX", "TeX": "TeX",
}  # fmt: skip

# Commands that only space or size; their arguments stand.
DROPPED = frozenset({"left", "right", "big", "Big", "displaystyle", "textstyle", "quad", "limits", "nolimits"})

FONTS = (
    "mathrm", "mathbf", "mathit", "mathsf", "mathtt", "mathcal", "mathscr", "mathfrak", "mathbb", "mathnormal",
    "boldsymbol", "bm", "text", "textrm", "textbf", "textit", "textsf", "texttt", "textsc", "textnormal", "emph",
    "operatorname", "ensuremath", "mbox", "hbox", "uppercase", "underline", "rm", "bf", "it", "sf", "tt", "sc", "em",
)  # fmt: skip

ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", '"': "\u0308", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328", "r": "\u030a", "b": "\u0331",
    "d": "\u0323", "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303", "bar": "\u0304",
    "overline": "\u0305", "vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308", "check": "\u030c", "breve": "\u0306",
}  # fmt: skip
