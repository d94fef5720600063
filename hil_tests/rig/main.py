from hil_tests.rig.program import main

main()
