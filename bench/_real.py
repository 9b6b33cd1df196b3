"""The real files, imported as the team would: an associations*.csv, companies.csv and needs.csv."""

from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management import call_command


def import_folder(folder: Path) -> None:
    (associations,) = sorted(folder.glob("associations*.csv"))[:1]
    call_command("import_associations", str(associations), commit=True, as_checked=True, verbosity=0)
    call_command("import_companies", str(folder / "companies.csv"), commit=True, as_checked=True, verbosity=0)
    with TemporaryDirectory() as rejects:
        path = Path(rejects) / "needs.csv"
        call_command("import_needs", str(folder / "needs.csv"), commit=True, rejects=path, verbosity=0)
