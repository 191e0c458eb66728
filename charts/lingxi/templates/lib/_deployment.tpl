{{/* A Deployment. Input: root, service, values (merged over the defaults). */}}
{{- define "lingxi.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "lingxi.of" . }}
  labels:
    {{- include "lingxi.labels" . | nindent 4 }}
spec:
  replicas: {{ .values.replicas }}
  selector:
    matchLabels:
      {{- include "lingxi.selector" . | nindent 6 }}
  strategy:
    {{- if eq .service "single" }}
    # Its database is a file: the old pod goes before the new one comes.
    type: Recreate
    {{- else }}
    type: RollingUpdate
    rollingUpdate: { maxUnavailable: 0, maxSurge: 1 }
    {{- end }}
  template:
    metadata:
      labels:
        {{- include "lingxi.labels" . | nindent 8 }}
        {{- with .values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with .values.podAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      serviceAccountName: {{ include "lingxi.name" .root }}
      automountServiceAccountToken: false
      enableServiceLinks: false
      # It drains, then waits for open requests, then hands back what is in flight.
      terminationGracePeriodSeconds: {{ add .values.drainSeconds .values.graceSeconds 10 }}
      securityContext:
        {{- include "lingxi.podSecurity" . | nindent 8 }}
      {{- with .root.Values.image.pullSecrets }}
      imagePullSecrets:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: lingxi
          image: {{ include "lingxi.image" .root }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          args:
            - serve
            {{- if ne .service "single" }}
            - --role
            - {{ .service }}
            {{- end }}
          env:
            {{- include "lingxi.env" . | nindent 12 }}
          {{- with .root.Values.envFrom }}
          envFrom:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          ports:
            - { name: http, containerPort: 8080 }
          startupProbe:
            httpGet: { path: /health/startup, port: http }
            periodSeconds: 2
            failureThreshold: 60
          readinessProbe:
            httpGet: { path: /health/ready, port: http }
            periodSeconds: 3
            timeoutSeconds: 3
          livenessProbe:
            httpGet: { path: /health/live, port: http }
            periodSeconds: 10
            timeoutSeconds: 5
          resources:
            {{- toYaml .values.resources | nindent 12 }}
          securityContext:
            {{- include "lingxi.containerSecurity" . | nindent 12 }}
          volumeMounts:
            {{- include "lingxi.mounts" . | nindent 12 }}
      volumes:
        {{- include "lingxi.volumes" . | nindent 8 }}
      {{- with .values.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .values.affinity }}
      affinity:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- if gt (int .values.replicas) 1 }}
      topologySpreadConstraints:
        {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
        - maxSkew: 1
          topologyKey: {{ $key }}
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              {{- include "lingxi.selector" $ | nindent 14 }}
        {{- end }}
      {{- end }}
{{- end -}}
