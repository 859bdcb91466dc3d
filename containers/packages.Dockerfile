# A layer of installed packages, made once for all images that stand on it: `kotogura-packages:<layer>`. The context is
# a folder that scripts/collect_wheels.py filled, so nothing here needs a network. `make images` builds them.
ARG BASE
FROM ${BASE} AS copied
COPY . /opt/python/
ENV PYTHONPATH=/opt/python
LABEL org.opencontainers.image.title=kotogura

# Lambda can't keep what Python compiles, and would compile it anew at each cold start. What the layer below compiled is
# left as it is: it bears the date of its source.
FROM copied AS compiled
RUN python3 -m compileall -q -j 0 /opt/python
