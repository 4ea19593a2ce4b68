"""Times that have not come yet: what is dated ahead would be the newest for ever."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

#: Clocks of two machines may differ by so much.
TOLERANCE = timedelta(minutes=10)


def ahead(at: datetime, now: datetime | None = None) -> str | None:
    """Why a date cannot be taken for when something was; None where it can.

    Args:
        at: when it is said to have been.
        now: by default by this machine's clock.
    """
    if at <= (now or datetime.now(timezone.utc)) + TOLERANCE:
        return None
    return f"it is dated {at.isoformat(timespec='seconds')}, which is still to come"
