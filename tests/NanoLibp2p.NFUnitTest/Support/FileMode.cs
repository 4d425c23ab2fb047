namespace System.IO
{
    /// <summary>As System.IO has it.</summary>
    internal enum FileMode
    {
        Create = 2,
        Open = 3,
    }
}
