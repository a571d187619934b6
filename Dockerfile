# Kutip with its bundled model. The container downloads nothing at run time. See docs/deployment.md.
# To build from one exact image, set this to NAME@sha256:DIGEST.
ARG BASE=python:3.11-slim
FROM ${BASE}

WORKDIR /opt/kutip
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY rag rag
COPY api api
COPY embeddings embeddings
RUN pip install --no-cache-dir --constraint constraints.txt . \
    && useradd --system --uid 10001 --home-dir /data kutip \
    && install --directory --owner=kutip --mode=0700 /data /backups

USER kutip
WORKDIR /data
ENV KUTIP_DATA_DIR=/data KUTIP_HOST=0.0.0.0
VOLUME ["/data", "/backups"]
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "from os import environ; from urllib.request import urlopen; urlopen('http://127.0.0.1:' + environ.get('KUTIP_PORT', '8000') + '/health/ready')"]
CMD ["kutip", "serve"]
