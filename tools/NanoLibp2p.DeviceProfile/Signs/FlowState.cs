namespace NanoLibp2p.DeviceProfile.Signs;

/// <summary>The evaluation stack, the locals and the arguments at one point of a method.</summary>
internal sealed class FlowState(IEnumerable<Slot> stack, Slot[] locals, Slot[] arguments)
{
    private readonly List<Slot> stack = [.. stack];

    public Slot[] Locals { get; } = locals;

    public Slot[] Arguments { get; } = arguments;

    public int Depth => stack.Count;

    public void Push(Slot slot) => stack.Add(slot);

    public Slot Pop()
    {
        if (stack.Count == 0)
        {
            return Slot.Other; // behind unreachable code
        }

        var slot = stack[^1];
        stack.RemoveAt(stack.Count - 1);
        return slot;
    }

    public void ClearStack() => stack.Clear();

    public FlowState Copy() => new(stack, (Slot[])Locals.Clone(), (Slot[])Arguments.Clone());

    /// <summary>The same variables with another stack, as at the start of an exception handler.</summary>
    public FlowState WithStack(params Slot[] newStack) => new(newStack, (Slot[])Locals.Clone(), (Slot[])Arguments.Clone());

    /// <summary>Takes in what is known on another way to the same point. Result: true if anything became less certain.</summary>
    public bool Join(FlowState other, bool widen)
    {
        var changed = false;
        for (var i = 0; i < Math.Min(stack.Count, other.stack.Count); i++)
        {
            stack[i] = Join(stack[i], other.stack[i], widen, ref changed);
        }

        for (var i = 0; i < Locals.Length; i++)
        {
            Locals[i] = Join(Locals[i], other.Locals[i], widen, ref changed);
        }

        for (var i = 0; i < Arguments.Length; i++)
        {
            Arguments[i] = Join(Arguments[i], other.Arguments[i], widen, ref changed);
        }

        return changed;
    }

    private static Slot Join(Slot mine, Slot theirs, bool widen, ref bool changed)
    {
        var joined = mine.Join(theirs);
        if (joined.SameAs(mine))
        {
            return mine;
        }

        changed = true;
        return widen ? joined.Widen() : joined;
    }
}
