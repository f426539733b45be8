# Where the workflow lies, whichever Snakefile includes it or uses it as a module.
import os
import subprocess
import tempfile

from snakemake.sourcecache import LocalSourceFile


def copy_of_commit(place):
    """The files of a commit in the working folder, put there once: programs and library are needed as files."""
    hosted = getattr(place, "hosted_repo", None)
    git = ["git", "-C", str(hosted.repo_clone if hosted else place.repo_path)]
    commit = subprocess.check_output([*git, "rev-parse", f"{place.ref}^{{commit}}"], text=True).strip()
    copy = Path(".snakemake", "mclner", commit)
    if not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=copy.parent, ignore_cleanup_errors=True) as partial:
            archive = subprocess.run([*git, "archive", commit], stdout=subprocess.PIPE, check=True)
            subprocess.run(["tar", "-x", "-C", partial], input=archive.stdout, check=True)
            os.chmod(partial, 0o755)
            os.rename(partial, copy)
    return copy


# A folder of this machine; or, by github(…) or gitfile(…), a place in a git repository.
CHECKOUT = (
    Path(str(workflow.current_basedir)).parents[1]
    if isinstance(workflow.current_basedir, LocalSourceFile)
    else copy_of_commit(workflow.current_basedir)
)
# The way to it from the working folder: nothing that Snakemake keeps of a job changes where both are moved.
ROOT = os.path.relpath(os.path.realpath(CHECKOUT))
