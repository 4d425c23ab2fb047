using Mono.Cecil;
using Mono.Cecil.Cil;

namespace NanoLibp2p.DeviceProfile.Rules;

/// <summary>The real depth of a method's evaluation stack, following every branch.</summary>
internal static class StackDepth
{
    public static int Largest(MethodBody body)
    {
        Dictionary<Instruction, int> known = new();
        Queue<Instruction> queue = new();
        Reach(body.Instructions[0], 0);
        foreach (ExceptionHandler handler in body.ExceptionHandlers)
        {
            bool filtered = handler.HandlerType is ExceptionHandlerType.Catch or ExceptionHandlerType.Filter;
            Reach(handler.HandlerStart, filtered ? 1 : 0);
            if (handler.FilterStart is { } filter)
            {
                Reach(filter, 1);
            }
        }

        int largest = 0;
        while (queue.TryDequeue(out Instruction? instruction))
        {
            int depth = known[instruction];
            largest = Math.Max(largest, depth);
            depth += Change(instruction, body.Method);
            largest = Math.Max(largest, depth);
            if (instruction.OpCode.Code is Code.Leave or Code.Leave_S)
            {
                depth = 0;
            }

            switch (instruction.Operand)
            {
                case Instruction target:
                    Reach(target, depth);
                    break;
                case Instruction[] targets:
                    Array.ForEach(targets, target => Reach(target, depth));
                    break;
            }

            if (instruction.OpCode.FlowControl is not (FlowControl.Branch or FlowControl.Return or FlowControl.Throw)
                && instruction.Next is { } next)
            {
                Reach(next, depth);
            }
        }

        return largest;

        void Reach(Instruction instruction, int depth)
        {
            if (known.TryAdd(instruction, depth))
            {
                queue.Enqueue(instruction);
            }
        }
    }

    private static int Change(Instruction instruction, MethodDefinition method)
    {
        if (instruction.OpCode.Code is Code.Ret)
        {
            return method.ReturnType.MetadataType == MetadataType.Void ? 0 : -1;
        }

        if (instruction.OpCode.Code is Code.Call or Code.Callvirt && instruction.Operand is MethodReference called)
        {
            return (called.ReturnType.MetadataType == MetadataType.Void ? 0 : 1) - called.Parameters.Count - (called.HasThis ? 1 : 0);
        }

        int change = StackUse.Pushes(instruction.OpCode.StackBehaviourPush) - StackUse.Pops(instruction.OpCode.StackBehaviourPop);
        return instruction.OpCode.Code is Code.Newobj && instruction.Operand is MethodReference constructor
            ? change - constructor.Parameters.Count : change;
    }
}
