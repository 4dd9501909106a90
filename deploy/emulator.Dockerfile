# The emulator alone. Build from the project's root: docker build -f deploy/emulator.Dockerfile -t ionq-emulator .
FROM python:3.13-slim
WORKDIR /src
COPY . .
RUN pip install --no-cache-dir '.[emulator]' && useradd --create-home emulator
USER emulator
WORKDIR /home/emulator
EXPOSE 8044
ENTRYPOINT ["ionq-data", "emulator", "--host", "0.0.0.0", "--port", "8044"]
