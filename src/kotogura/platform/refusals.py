"""What AWS refuses, in our words."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from kotogura.errors import StoreUnavailable


def translating(
    part: str, meanings: Mapping[str, Callable[[], Exception]]
) -> Callable[[], AbstractContextManager[None]]:
    """Return a context that turns the SDK's errors into ours.

    Args:
        part: what was asked, as `the table`.
        meanings: what to raise instead, by AWS's error code. Any other code, and a part that can't
            be reached, is `StoreUnavailable`.
    """

    @contextmanager
    def translated() -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in meanings:
                raise meanings[code]() from error
            raise StoreUnavailable(f"{part} refused ({code})") from error
        except BotoCoreError as error:
            raise StoreUnavailable(f"{part} can't be reached ({type(error).__name__})") from error

    return translated
