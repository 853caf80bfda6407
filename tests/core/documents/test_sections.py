from pmflow_core.documents.sections import SECTIONS, TEMPLATES


def test_templates_hold_the_sections_their_gates_ask_for() -> None:
    assert TEMPLATES["prd"].section_names == (
        "Problem Statement",
        "Goals",
        "User Personas",
        "Requirements",
        "Success Metrics",
        "MVP Scope",
        "Out of Scope",
        "Open Questions",
    )
    assert TEMPLATES["intake_research"].document_type == TEMPLATES["research"].document_type


def test_open_questions_are_never_evidence_bearing() -> None:
    for sections in SECTIONS.values():
        for section in sections:
            assert not (section.name == "Open Questions" and section.evidence_bearing)


def test_no_template_names_a_section_twice_and_each_says_what_is_wanted() -> None:
    for template in TEMPLATES.values():
        assert len(set(template.section_names)) == len(template.sections)
        assert all(section.instruction for section in template.sections)
