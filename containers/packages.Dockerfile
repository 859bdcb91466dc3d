# What an image installs, made once for all images that need the same: `kotogura-packages:<extra>`. The context is a
# folder that scripts/collect_wheels.py filled, so nothing here needs a network. `make images` builds them.
ARG BASE
FROM ${BASE}
COPY . /opt/python/
ENV PYTHONPATH=/opt/python
LABEL org.opencontainers.image.title=kotogura
# Lambda can't keep what Python compiles, and would compile it anew at each cold start. Such files are never compared
# with their sources, whose dates are all alike.
RUN python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/python
