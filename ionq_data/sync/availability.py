"""Whether a key may see a resource. Only ``/whoami`` tells whether the key is good."""

from __future__ import annotations

import contextlib

from ionq_data.api.errors import ApiError, AuthenticationError, NotFound, PermissionDenied
from ionq_data.resources.whoami import WHOAMI
from ionq_data.sync.context import Context

_UNAUTHORIZED = 401


async def is_withheld(context: Context, error: ApiError) -> bool:
    """Tell whether an answer means that a resource is not available to a key that is good otherwise.

    Raises:
        AuthenticationError: there is no key, or ``/whoami`` does not accept it either.
    """
    if isinstance(error, AuthenticationError):
        if error.status != _UNAUTHORIZED:
            raise error
        with contextlib.suppress(PermissionDenied, NotFound):  # a key that may not ask who it is can still be good
            await context.client.get(WHOAMI.endpoint, authenticated=True)
        return True
    return isinstance(error, PermissionDenied | NotFound)
