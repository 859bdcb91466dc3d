"""The cache that counts bytes."""

from kotogura.index.cache import ByteCache


def test_what_was_used_longest_ago_goes_first() -> None:
    cache = ByteCache(limit_bytes=100)
    cache.put("a", 1, 40)
    cache.put("b", 2, 40)
    cache.get("a")
    cache.put("c", 3, 40)
    assert [cache.get(key) for key in "abc"] == [1, None, 3]
    assert cache.size_bytes == 80


def test_what_comes_under_a_known_key_takes_its_place() -> None:
    cache = ByteCache(limit_bytes=100)
    cache.put("a", 1, 40)
    cache.put("a", 2, 60)
    assert (cache.get("a"), cache.size_bytes) == (2, 60)


def test_for_what_is_larger_than_the_whole_cache_nothing_has_to_go() -> None:
    cache = ByteCache(limit_bytes=100)
    cache.put("a", 1, 60)
    cache.put("b", 2, 40)
    cache.put("large", 3, 101)
    assert [cache.get(key) for key in ("a", "b", "large")] == [1, 2, None]
    assert cache.size_bytes == 100


def test_what_has_grown_larger_than_the_cache_is_not_kept_as_it_was() -> None:
    cache = ByteCache(limit_bytes=100)
    cache.put("a", 1, 60)
    cache.put("a", 2, 101)
    assert (cache.get("a"), cache.size_bytes) == (None, 0)
