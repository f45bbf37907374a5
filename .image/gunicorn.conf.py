"""How gunicorn serves the site (.image/serve).

A worker is replaced now and then, so that no leak can grow for ever; its threads keep a request that comes slowly from
holding up the others. The site logs each request itself.
"""

import os
import signal

from gunicorn.systemd import sd_notify
from gunicorn.workers.base import Worker

bind = f"0.0.0.0:{os.environ.get('PORT') or 8000}"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
worker_class = "gthread"
threads = 4
worker_tmp_dir = "/dev/shm"  # noqa: S108 - files without a name
max_requests, max_requests_jitter = 2000, 400
timeout = 30
control_socket_disable = True


def post_worker_init(worker: Worker) -> None:
    """End the gunicorn that this one takes the place of (.image/reload), once all workers are there to serve."""
    before = os.environ.get("GUNICORN_PID")
    if before and worker.age >= worker.cfg.workers:
        sd_notify(f"MAINPID={worker.ppid}", worker.log)  # or systemd would think that the site has ended
        os.kill(int(before), signal.SIGTERM)
