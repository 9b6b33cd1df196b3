from django.apps import AppConfig


class SimulationConfig(AppConfig):
    name = "mecenova.simulation"
    verbose_name = "Simulation"
