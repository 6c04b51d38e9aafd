local g = import 'g.libsonnet';
g.dashboard('x', '{job="kairos"}')
