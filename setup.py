"""The build: which packages there are, and which modules are compiled.

Compiled are all ``ext/*.pyx`` (as ``sim.ext.*``) and every ``sim/**/*.py`` that has a ``.pxd`` of its name
beside it. Each is optional: without a C compiler the installation succeeds and the package runs uncompiled.

``ext/`` is mapped under ``sim``, which Cython's search for a ``cimport`` does not know. So the sources are
first copied to ``build/cython`` in the shape they are imported in, and translated there, always afresh: a
stale C file has a stale idea of another module's struct sizes.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, find_namespace_packages, setup
from setuptools.command.build_ext import build_ext

STAGE = Path("build/cython")
WORKERS = os.cpu_count() or 1
# No -ffast-math, no -march=native, no fused multiply-add: they change results from machine to machine.
C_FLAGS = [
    "-O3",
    "-g0",
    "-ffp-contract=off",
    # The flow is many small functions: let them grow together, a twentieth fewer instructions a contact.
    "--param=max-inline-insns-auto=200",
    "--param=inline-unit-growth=200",
    "--param=large-function-growth=1000",
    "-fno-plt",
    # Cython passes mismatched function pointers on to the C compiler; to gcc before 14 they are but warnings.
    "-Werror=incompatible-pointer-types",
    "-Werror=int-conversion",
]
# The .pxd alone types a module: to Cython, `int` in an annotation means a Python object, and would clash with it.
# A None where an object is needed is an AttributeError, as in Python: the rules of users run in here. A module that
# nobody hands a None to says so in its first line: the checks are a fifth of its machine code's work.
DIRECTIVES = {
    "language_level": 3,
    "annotation_typing": False,
    "boundscheck": False,
    "cdivision": True,
    "nonecheck": True,
}


def staged(source: Path) -> Path:
    """Where a source stands in the staged tree: ``ext/x`` becomes ``sim/ext/x``."""
    return STAGE / ("sim" / source if source.parts[0] == "ext" else source)


def typed_modules() -> list[Path]:
    """The pure-Python modules that a ``.pxd`` beside them types."""
    return [header.with_suffix(".py") for header in sorted(Path("sim").rglob("*.pxd")) if header.stem != "__init__"]


def units() -> list[Path]:
    """All sources that become extension modules."""
    return [*sorted(Path("ext").glob("*.pyx")), *typed_modules()]


def stage() -> None:
    """Copy all sources and headers afresh, and make every folder of them a package."""
    shutil.rmtree(STAGE, ignore_errors=True)
    headers = [*Path("ext").glob("*.pxd"), *Path("ext").glob("*.h"), *Path("sim").rglob("*.pxd")]
    for source in [*units(), *headers]:
        staged(source).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, staged(source))
    for package in {parent for source in units() for parent in staged(source).relative_to(STAGE).parents}:
        if package.parts:
            (STAGE / package / "__init__.py").touch()


def extension(source: Path) -> Extension:
    """One extension module, named by the place where it is imported."""
    name = ".".join(staged(source).relative_to(STAGE).with_suffix("").parts)
    return Extension(name, [str(source)], extra_compile_args=C_FLAGS, libraries=["m"], optional=True)


def translated(extensions: list[Extension]) -> list[Extension]:
    """The same modules as C sources, made from a fresh stage."""
    stage()
    modules = [Extension(e.name, [str(staged(Path(e.sources[0])))]) for e in extensions]
    return cythonize(
        modules, include_path=[str(STAGE)], compiler_directives=DIRECTIVES, force=True, quiet=True, nthreads=WORKERS
    )


class BuildFromStage(build_ext):
    """Translates when modules are really built: pip runs this file three times, and twice it only wants to know.

    All or nothing: compiled modules know each other's structs, so where one cannot be built, none is installed.
    """

    def finalize_options(self) -> None:
        super().finalize_options()
        self.parallel = WORKERS  # an editable install forgets what `options` says

    def run(self) -> None:
        for module, source in zip(self.extensions, translated(self.extensions), strict=True):
            module.sources, module.include_dirs = source.sources, source.include_dirs
        super().run()
        built = [Path(self.get_ext_fullpath(module.name)) for module in self.extensions]
        if not all(path.exists() for path in built):
            for path in built:
                path.unlink(missing_ok=True)


setup(
    packages=[*find_namespace_packages(include=["sim", "sim.*"]), "sim.ext", "sim.scenarios"],
    package_dir={"sim": "sim", "sim.ext": "ext", "sim.scenarios": "scenarios"},
    package_data={
        "sim": ["py.typed", "**/*.pxd", "**/*.j2", "**/*.css"],
        "sim.ext": ["*.pxd", "*.h"],
        "sim.scenarios": ["**/*.yaml", "**/*.csv", "**/*.json", "**/*.md"],
    },
    ext_modules=[extension(source) for source in units()],
    cmdclass={"build_ext": BuildFromStage},
    zip_safe=False,
)
