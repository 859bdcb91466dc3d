"""A model's folder appears complete, and anybody may read it."""

from kotogura.semantics.bert_folder import folder_in_the_making


def test_files_that_only_their_writer_can_read_are_readable_in_a_complete_folder(tmp_path):
    with folder_in_the_making(tmp_path / "model") as work:
        (work / "1_Pooling").mkdir()
        (work / "1_Pooling" / "config.json").touch(0o600)
        (work / "model.safetensors").touch(0o600)
        assert not (tmp_path / "model").exists()
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "model").rglob("*")}
    assert modes == {"1_Pooling": 0o755, "config.json": 0o644, "model.safetensors": 0o644}
    assert (tmp_path / "model").stat().st_mode & 0o777 == 0o755
