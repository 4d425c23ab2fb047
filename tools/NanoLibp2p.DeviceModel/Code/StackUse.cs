using Mono.Cecil.Cil;

namespace NanoLibp2p.DeviceModel;

/// <summary>How many values an opcode takes from the evaluation stack and puts on it, calls and returns aside.</summary>
public static class StackUse
{
    /// <summary>Values put on the stack; 0 for a call.</summary>
    public static int Pushes(StackBehaviour behaviour) => behaviour switch
    {
        StackBehaviour.Push1 or StackBehaviour.Pushi or StackBehaviour.Pushi8 or StackBehaviour.Pushr4 or StackBehaviour.Pushr8
            or StackBehaviour.Pushref => 1,
        StackBehaviour.Push1_push1 => 2,
        _ => 0,
    };

    /// <summary>Values taken from the stack; 0 for a call, a return and what empties the stack.</summary>
    public static int Pops(StackBehaviour behaviour) => behaviour switch
    {
        StackBehaviour.Pop1 or StackBehaviour.Popi or StackBehaviour.Popref => 1,
        StackBehaviour.Pop1_pop1 or StackBehaviour.Popi_pop1 or StackBehaviour.Popi_popi or StackBehaviour.Popi_popi8
            or StackBehaviour.Popi_popr4 or StackBehaviour.Popi_popr8 or StackBehaviour.Popref_pop1 or StackBehaviour.Popref_popi => 2,
        StackBehaviour.Popi_popi_popi or StackBehaviour.Popref_popi_popi or StackBehaviour.Popref_popi_popi8
            or StackBehaviour.Popref_popi_popr4 or StackBehaviour.Popref_popi_popr8 or StackBehaviour.Popref_popi_popref => 3,
        _ => 0,
    };
}
