"""What each reason for a "no" means for the side that asked: one thing to do now. Never a dead end."""

from partnerships.enums import RefusalReason

ADVICE: dict[str, str] = {
    RefusalReason.OUT_OF_POLICY: (
        "Lisez la politique de soutien affichée sur la page de chaque entreprise avant de demander\u00a0: "
        "cause, forme et territoire y sont dits. Regardez les besoins ouverts dans votre cause."
    ),
    RefusalReason.TERRITORY: (
        "Vérifiez les territoires d’action de votre fiche\u00a0: plus ils sont exacts, "
        "plus les entreprises qui vous voient agissent près de vous."
    ),
    RefusalReason.KIND: (
        "Ajoutez à votre projet une demande sous une autre forme\u00a0: des compétences, du matériel "
        "ou du bénévolat ouvrent souvent une porte que l’argent laisse fermée."
    ),
    RefusalReason.AMOUNT: (
        "Découpez votre demande en plusieurs lots\u00a0: plusieurs entreprises peuvent en prendre chacune un."
    ),
    RefusalReason.TIMING: "Redemandez dans six mois\u00a0: les budgets se décident souvent à l’automne.",
    RefusalReason.UNCLEAR: (
        "Réécrivez la description de votre projet\u00a0: pour qui, où, quand, avec qui, "
        "et ce que l’aide changera. Les guides de l’infothèque vous y aident."
    ),
    RefusalReason.ALREADY_COMMITTED: (
        "Ce n’est pas votre projet qui est en cause. D’autres entreprises soutiennent la même cause\u00a0: "
        "regardez les besoins ouverts."
    ),
    RefusalReason.VALUES: (
        "Cette rencontre n’était pas la bonne. Vous pouvez préciser dans votre fiche les secteurs "
        "et les formes que vous ne souhaitez pas."
    ),
}
