"""Links of services to the controller: asynchronous, and blocking for threads."""

from wall.client.blocking import BlockingClient
from wall.client.service import ServiceClient
from wall.errors import ServiceError

__all__ = ["BlockingClient", "ServiceClient", "ServiceError"]
